//! QR codes, for a screen and for a terminal.

use qrcodegen::{QrCode, QrCodeEcc};

/// Light modules around it, which readers need.
const BORDER: i32 = 4;

fn code(text: &str) -> Option<QrCode> {
    QrCode::encode_text(text, QrCodeEcc::Medium).ok()
}

/// As SVG, dark on white; nothing where the text is longer than a code holds.
pub fn svg(text: &str) -> String {
    let Some(code) = code(text) else { return String::new() };
    let side = code.size() + 2 * BORDER;
    let modules = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
    let dark: String = modules
        .filter(|(x, y)| code.get_module(*x, *y))
        .map(|(x, y)| format!("M{} {}h1v1h-1z", x + BORDER, y + BORDER))
        .collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path d=\"{dark}\"/></svg>"
    )
}

/// For a terminal: two modules in each character, light where the code is light, since most terminals are dark.
pub fn terminal(text: &str) -> String {
    let Some(code) = code(text) else { return String::new() };
    let light = |x: i32, y: i32| !code.get_module(x, y);
    let (first, last) = (-BORDER, code.size() + BORDER);
    let line = |y: i32| {
        let character = |x: i32| match (light(x, y), y + 1 >= last || light(x, y + 1)) {
            (true, true) => '█',
            (true, false) => '▀',
            (false, true) => '▄',
            (false, false) => ' ',
        };
        (first..last).map(character).chain(['\n']).collect::<String>()
    };
    (first..last).step_by(2).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_drawn_for_both_with_its_border() {
        let (svg, lines) = (svg("http://192.168.1.5/#pair=381204"), terminal("http://192.168.1.5/#pair=381204"));
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>") && !svg.contains("style"), "{svg}");
        let size = lines.lines().next().unwrap().chars().count();
        assert!(lines.lines().all(|line| line.chars().count() == size), "{lines}");
        assert_eq!(lines.lines().count(), size.div_ceil(2));
        assert!(lines.lines().take(2).all(|line| line.chars().all(|c| c == '█')), "{lines}");
    }
}
