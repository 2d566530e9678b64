//! How the fields of a document are written down: one list for each type, from which come the struct, how it is read and
//! written, and a description of it for whoever has to know the fields without a document at hand (CSV, the tests).
//!
//! A field is `must` (refused where it is missing), `may` (an `Option`), `flag` (a yes or no, no where it is missing), `rows` (a table
//! that must be there), `some` (a table that may be missing) or `taxes` (the same, of rows of taxes). Absent: what a value means; that is said by `Rules`.

use super::{Flag, LongText, Moment, Ref, Text};
use crate::domain::decimal::Decimal;
use jiff::civil::{Date, Time};

/// One field of a document or of a row.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name, ERPNext's.
    pub name: &'static str,
    /// A document without it is refused.
    pub required: bool,
    /// What it takes.
    pub form: Form,
}

/// What a field takes.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// A name or a short text.
    Text,
    /// Text of several lines.
    LongText,
    /// An amount or a quantity.
    Number,
    /// A whole number.
    Whole,
    /// A yes or no.
    Flag,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A day and a time.
    Moment,
    /// Another document.
    Ref,
    /// One of these.
    Choice(&'static [&'static str]),
    /// Rows with these fields.
    Table(fn() -> Vec<Field>),
}

/// A type that can be a field.
pub(crate) trait Formed {
    /// What the field takes.
    const FORM: Form;
}

/// A type that is a list of fields.
pub(crate) trait Described {
    /// Its fields, in the order in which they are written.
    fn fields() -> Vec<Field>;
}

macro_rules! formed {
    ($($type:ty => $form:ident),*) => { $(impl Formed for $type { const FORM: Form = Form::$form; })* };
}

formed! {
    Text => Text, LongText => LongText, Decimal => Number, u32 => Whole, bool => Flag, Flag => Flag,
    Date => Date, Time => Time, Moment => Moment, Ref => Ref
}

impl<T: Described> Formed for Vec<T> {
    const FORM: Form = Form::Table(T::fields);
}

pub(super) fn is_false(flag: &bool) -> bool {
    !flag
}

/// A type by the list of its fields; see the module.
macro_rules! fields {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])+ $how:ident $field:ident: $type:ty,)+ }) => {
        fields! { @build [$(#[$about])* $name] [] $([$(#[$doc])+ $how $field $type])+ }
        impl $crate::domain::document::fields::Described for $name {
            fn fields() -> Vec<$crate::domain::document::fields::Field> {
                use $crate::domain::document::fields::{Field, Formed};
                vec![$(Field {
                    name: stringify!($field),
                    required: matches!(stringify!($how), "must" | "rows"),
                    form: <$type as Formed>::FORM,
                }),+]
            }
        }
    };
    (@build [$(#[$about:meta])* $name:ident] [$($done:tt)*]) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($done)* }
    };
    (@build [$($head:tt)*] [$($done:tt)*] [$(#[$doc:meta])+ must $field:ident $type:ty] $($rest:tt)*) => {
        fields! { @build [$($head)*] [$($done)* $(#[$doc])+ pub $field: $type,] $($rest)* }
    };
    (@build [$($head:tt)*] [$($done:tt)*] [$(#[$doc:meta])+ rows $field:ident $type:ty] $($rest:tt)*) => {
        fields! { @build [$($head)*] [$($done)* $(#[$doc])+ pub $field: $type,] $($rest)* }
    };
    (@build [$($head:tt)*] [$($done:tt)*] [$(#[$doc:meta])+ may $field:ident $type:ty] $($rest:tt)*) => {
        fields! { @build [$($head)*] [$($done)*
            $(#[$doc])+
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub $field: Option<$type>,
        ] $($rest)* }
    };
    (@build [$($head:tt)*] [$($done:tt)*] [$(#[$doc:meta])+ some $field:ident $type:ty] $($rest:tt)*) => {
        fields! { @build [$($head)*] [$($done)*
            $(#[$doc])+
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            pub $field: $type,
        ] $($rest)* }
    };
    (@build [$($head:tt)*] [$($done:tt)*] [$(#[$doc:meta])+ taxes $field:ident $type:ty] $($rest:tt)*) => {
        fields! { @build [$($head)*] [$($done)*
            $(#[$doc])+
            #[serde(
                default,
                deserialize_with = "crate::domain::document::taxes::strict",
                skip_serializing_if = "Vec::is_empty"
            )]
            pub $field: $type,
        ] $($rest)* }
    };
    (@build [$($head:tt)*] [$($done:tt)*] [$(#[$doc:meta])+ flag $field:ident $type:ty] $($rest:tt)*) => {
        fields! { @build [$($head)*] [$($done)*
            $(#[$doc])+
            #[serde(
                default,
                deserialize_with = "crate::domain::document::flag",
                skip_serializing_if = "crate::domain::document::fields::is_false"
            )]
            pub $field: $type,
        ] $($rest)* }
    };
}

/// A field that takes one of a few words, ERPNext's.
macro_rules! choice {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])+ $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub enum $name { $(
            $(#[$doc])+
            #[serde(rename = $word)]
            $variant,
        )+ }

        impl $crate::domain::document::fields::Formed for $name {
            const FORM: $crate::domain::document::fields::Form =
                $crate::domain::document::fields::Form::Choice(&[$($word),+]);
        }
    };
}
