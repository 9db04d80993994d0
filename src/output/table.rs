//! Tables for people.

use tabled::builder::Builder;
use tabled::settings::{Padding, Style};

use super::style::{self, Role};
use super::text;

/// Lays out rows under a heading, two spaces apart, with no lines. Cells are made harmless.
pub(super) fn render(heading: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    painted(heading, rows.into_iter().map(|row| (None, row)))
}

/// As [`render`], with rows that are painted as a whole.
pub(super) fn painted(
    heading: &[&str],
    rows: impl IntoIterator<Item = (Option<Role>, Vec<String>)>,
) -> String {
    let mut builder = Builder::default();
    builder.push_record(heading.iter().copied());
    let mut roles = vec![Some(Role::Heading)];
    for (role, row) in rows {
        roles.push(role);
        builder.push_record(row.iter().map(|cell| text::harmless(cell)));
    }
    let mut table = builder.build();
    table.with(Style::empty()).with(Padding::new(0, 2, 0, 0));
    let lines: Vec<String> = table
        .to_string()
        .lines()
        .zip(roles)
        .map(|(line, role)| match (role, line.trim_end()) {
            (Some(role), line) => style::painted(role, line),
            (None, line) => line.to_owned(),
        })
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
            style::rendered(&render(&["ID", "NAME"], rows), false),
            "ID     NAME\n1      x\n22222  y\\u{7}"
        );
    }
}
