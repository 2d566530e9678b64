//! Which of an owner's paths a request means.

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// The route of this index, and what stands in the places of its `{…}`.
    Route(usize, Vec<&'a str>),
    /// The path is known, the method is not.
    WrongMethod,
    /// No such path.
    Nothing,
}

/// Looks among (method, pattern) pairs. A `{…}` of a pattern stands for one whole segment.
pub fn find<'a>(routes: impl Iterator<Item = (&'static str, &'static str)>, method: &str, path: &'a str) -> Found<'a> {
    let mut known = false;
    // Words before places: /api/documents/x is no route's {id} where another spells it out.
    let mut best: Option<(usize, Vec<&str>)> = None;
    for (index, (wanted, pattern)) in routes.enumerate() {
        let Some(places) = fits(pattern, path) else { continue };
        known = true;
        let is_better = |(_, before): &(usize, Vec<&str>)| places.len() < before.len();
        if wanted == method && best.as_ref().is_none_or(is_better) {
            best = Some((index, places));
        }
    }
    match best {
        Some((index, places)) => Found::Route(index, places),
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

/// What stands in the places, where the path fits.
fn fits<'a>(pattern: &str, path: &'a str) -> Option<Vec<&'a str>> {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    let mut places = Vec::new();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(places),
            (Some(place), Some(segment)) if place.starts_with('{') && !segment.is_empty() => places.push(segment),
            (Some(word), Some(segment)) if word == segment => {}
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUTES: [(&str, &str); 5] = [
        ("GET", "/api/a"),
        ("POST", "/api/a"),
        ("GET", "/api/a/{id}"),
        ("GET", "/api/a/all"),
        ("PUT", "/api/a/{id}/files/{name}"),
    ];

    #[test]
    fn a_path_is_found_by_its_words_before_its_places() {
        let found = |method, path| find(ROUTES.into_iter(), method, path);
        assert_eq!(found("POST", "/api/a"), Found::Route(1, vec![]));
        assert_eq!(found("GET", "/api/a/7"), Found::Route(2, vec!["7"]));
        assert_eq!(found("GET", "/api/a/all"), Found::Route(3, vec![]));
        assert_eq!(found("PUT", "/api/a/7/files/x.op"), Found::Route(4, vec!["7", "x.op"]));
        assert_eq!(found("DELETE", "/api/a"), Found::WrongMethod);
        for path in ["/api/a/", "/api/a/7/8", "/api", "/api/b", "/api/a/7/files/", "/api/a//files/x"] {
            assert_eq!(found("GET", path), Found::Nothing, "{path}");
        }
        assert_eq!(methods(ROUTES.into_iter(), "/api/a"), "GET, POST");
    }
}
