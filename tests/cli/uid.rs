//! `uid`

use super::run::tool;

#[test]
fn uids_are_hashed_without_a_cluster_one_a_line_in_the_order_given() {
    let both = tool(["uid", "source-id", "counter-id"]).run();
    assert_eq!((both.code, both.stdout.lines().count()), (0, 2), "{both:?}");
    let one = tool(["uid", "counter-id"]).run();
    assert_eq!(both.stdout.lines().nth(1), Some(one.stdout.trim_end()));
    assert_eq!(one.stdout, "e464826d320d0351136b0d372c600a5e\n");
    assert_eq!(one.stderr, "");
}

#[test]
fn the_json_of_uid_names_each_uid_with_its_id() {
    let done = tool(["uid", "a b", "-o", "json"]).run();
    let json: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(json["uids"][0]["uid"], "a b");
    assert_eq!(json["uids"][0]["id"].as_str().unwrap().len(), 32);
}

#[test]
fn uid_without_a_string_is_a_wrong_usage() {
    tool(["uid"]).run().is(2, "", &["STRING"]);
}
