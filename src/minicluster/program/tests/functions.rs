//! The functions that a program may name.

use super::*;

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn entry(key: &str, number: i64) -> Value {
    Value::Entry(Box::new(text(key)), number)
}

#[test]
fn a_map_gives_what_its_name_says() {
    use MapFunction as F;
    let cases: &[(F, Value, &[Value])] = &[
        (
            F::Tokenise,
            text("To be, or not -- to été 42"),
            &["To", "be", "or", "not", "to", "été", "42"].map(text),
        ),
        (F::Tokenise, text(" ... "), &[]),
        (F::LowerCase, text("ÄB"), &[text("äb")]),
        (F::UpperCase, text("äb"), &[text("ÄB")]),
        (F::Trim, text(" a \t"), &[text("a")]),
        (F::Length, text("été"), &[Value::Long(3)]),
        (F::ToLong, text("-12"), &[Value::Long(-12)]),
        (F::ToString, Value::Long(7), &[text("7")]),
        (F::Add(1), Value::Long(i64::MAX), &[Value::Long(i64::MIN)]),
        (F::Multiply(-2), Value::Long(4), &[Value::Long(-8)]),
        (F::Modulo(10), Value::Long(-1), &[Value::Long(9)]),
        (F::EntryKey, entry("a", 2), &[text("a")]),
        (F::EntryValue, entry("a", 2), &[Value::Long(2)]),
    ];
    for (function, value, expected) in cases {
        let mut given = Vec::new();
        function.apply(value.clone(), &mut given).unwrap();
        assert_eq!(given, *expected, "{function:?} of {value}");
    }
}

#[test]
fn a_filter_keeps_what_its_name_says() {
    use Predicate as P;
    let cases = [
        (P::Even, Value::Long(-2), Value::Long(-1)),
        (P::Odd, Value::Long(-1), Value::Long(0)),
        (P::MultipleOf(3), Value::Long(9), Value::Long(10)),
        (P::GreaterThan(3), entry("a", 4), entry("a", 3)),
        (P::LessThan(3), Value::Long(2), Value::Long(3)),
        (P::NonEmpty, text(" "), text("")),
        (P::Contains("b".to_owned()), text("abc"), text("ac")),
        (P::StartsWith("a".to_owned()), text("abc"), text("bac")),
        (P::LongerThan(3), text("étét"), text("été")),
    ];
    for (predicate, kept, dropped) in cases {
        assert_eq!(predicate.keeps(&kept), Ok(true), "{predicate:?} of {kept}");
        assert_eq!(
            predicate.keeps(&dropped),
            Ok(false),
            "{predicate:?} of {dropped}"
        );
    }
}

#[test]
fn a_key_is_taken_from_the_record() {
    use KeySelector as K;
    let cases = [
        (K::Itself, text("a"), text("a")),
        (K::Modulo(7), Value::Long(-1), Value::Long(6)),
        (K::Length, text("été"), Value::Long(3)),
        (K::EntryKey, entry("a", 2), text("a")),
    ];
    for (selector, value, key) in cases {
        assert_eq!(selector.key(&value), Ok(key), "{selector:?} of {value}");
    }
}

#[test]
fn an_aggregation_goes_on_from_its_state() {
    use Aggregation as A;
    let cases = [
        (A::Count, None, text("a"), 1),
        (A::Count, Some(4), text("a"), 5),
        (A::Sum, None, Value::Long(3), 3),
        (A::Sum, Some(i64::MAX), Value::Long(1), i64::MIN),
        (A::Sum, Some(1), entry("a", 2), 3),
        (A::Min, Some(1), Value::Long(2), 1),
        (A::Max, Some(1), Value::Long(2), 2),
        (A::Max, None, Value::Long(-2), -2),
    ];
    for (aggregation, state, value, expected) in cases {
        assert_eq!(
            aggregation.update(state, &value),
            Ok(expected),
            "{aggregation:?} of {state:?} and {value}"
        );
    }
}

#[test]
fn a_text_that_is_no_number_fails_as_in_java() {
    let error = MapFunction::ToLong
        .apply(text("one"), &mut Vec::new())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "java.lang.NumberFormatException: For input string: \"one\""
    );
}

#[test]
fn a_record_of_another_type_is_an_error_and_no_panic() {
    let error = MapFunction::LowerCase
        .apply(Value::Long(1), &mut Vec::new())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "java.lang.ClassCastException: '1' is no String"
    );
    assert!(Predicate::Even.keeps(&text("a")).is_err());
    assert!(KeySelector::EntryKey.key(&text("a")).is_err());
    assert!(Aggregation::Sum.update(None, &text("a")).is_err());
}

#[test]
fn an_entry_is_shown_as_flink_prints_a_tuple() {
    assert_eq!(entry("word", 3).to_string(), "(word,3)");
}
