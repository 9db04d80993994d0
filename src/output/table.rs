//! Tables for people.

use tabled::builder::Builder;
use tabled::settings::{Padding, Style};

use super::text;

/// Lays out rows under a heading, two spaces apart, with no lines. Cells are made harmless.
pub(super) fn render(heading: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut builder = Builder::default();
    builder.push_record(heading.iter().copied());
    for row in rows {
        builder.push_record(row.iter().map(|cell| text::harmless(cell)));
    }
    let mut table = builder.build();
    table.with(Style::empty()).with(Padding::new(0, 2, 0, 0));
    let lines: Vec<String> = table
        .to_string()
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_no_line_ends_in_spaces() {
        let rows = [
            vec!["1".to_owned(), "x".to_owned()],
            vec!["22222".to_owned(), "y\u{7}".to_owned()],
        ];
        assert_eq!(
            render(&["ID", "NAME"], rows),
            "ID     NAME\n1      x\n22222  y\\u{7}"
        );
    }
}
