//! Which of an owner's paths a request means.

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// The route of this index, and what stands in the place of its `{…}`.
    Route(usize, Option<&'a str>),
    /// The path is known, the method is not.
    WrongMethod,
    /// No such path.
    Nothing,
}

/// Looks among (method, pattern) pairs. A pattern has at most one `{…}`, for one segment.
pub fn find<'a>(routes: impl Iterator<Item = (&'static str, &'static str)>, method: &str, path: &'a str) -> Found<'a> {
    let mut known = false;
    // Words before places: /api/documents/x is no route's {id} where another spells it out.
    let mut place = None;
    for (index, (wanted, pattern)) in routes.enumerate() {
        let Some(segment) = fits(pattern, path) else { continue };
        known = true;
        match segment {
            None if wanted == method => return Found::Route(index, None),
            Some(_) if wanted == method => place = place.or(Some((index, segment))),
            _ => {}
        }
    }
    match place {
        Some((index, segment)) => Found::Route(index, segment),
        None if known => Found::WrongMethod,
        None => Found::Nothing,
    }
}

/// The methods of a path, for `Allow`.
pub fn methods(routes: impl Iterator<Item = (&'static str, &'static str)>, path: &str) -> String {
    let all: Vec<&str> =
        routes.filter(|(_, pattern)| fits(pattern, path).is_some()).map(|(method, _)| method).collect();
    all.join(", ")
}

/// Whether it fits, and what stands in the place.
fn fits<'a>(pattern: &str, path: &'a str) -> Option<Option<&'a str>> {
    let Some((before, rest)) = pattern.split_once('{') else { return (pattern == path).then_some(None) };
    let (_, behind) = rest.split_once('}')?;
    let segment = path.strip_prefix(before)?.strip_suffix(behind)?;
    (!segment.is_empty() && !segment.contains('/')).then_some(Some(segment))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUTES: [(&str, &str); 4] =
        [("GET", "/api/a"), ("POST", "/api/a"), ("GET", "/api/a/{id}"), ("GET", "/api/a/all")];

    #[test]
    fn a_path_is_found_by_its_words_before_its_places() {
        let found = |method, path| find(ROUTES.into_iter(), method, path);
        assert_eq!(found("POST", "/api/a"), Found::Route(1, None));
        assert_eq!(found("GET", "/api/a/7"), Found::Route(2, Some("7")));
        assert_eq!(found("GET", "/api/a/all"), Found::Route(3, None));
        assert_eq!(found("DELETE", "/api/a"), Found::WrongMethod);
        for path in ["/api/a/", "/api/a/7/8", "/api", "/api/b"] {
            assert_eq!(found("GET", path), Found::Nothing, "{path}");
        }
        assert_eq!(methods(ROUTES.into_iter(), "/api/a"), "GET, POST");
    }
}
