//! What every storage promises.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use savepointctl::storage::{Entry, Location, StorageError};

use crate::places::{Kind, Place, block_on};

/// What is tried, and its name.
type Named = (&'static str, fn(&Place));

/// The trials, each in a directory of its own.
pub const TRIALS: [Named; 8] = [
    (
        "a_file_is_looked_at_and_read_whole_and_in_part",
        a_file_is_read,
    ),
    ("what_is_not_there_is_missing", what_is_not_there_is_missing),
    ("one_level_of_a_directory_is_listed", one_level_is_listed),
    (
        "a_directory_of_more_than_a_page_is_listed_whole",
        pages_are_listed_whole,
    ),
    ("names_mean_exactly_what_they_say", names_are_exact),
    ("a_file_and_its_directory_are_deleted", deletion),
    (
        "a_directory_is_no_file_and_a_file_no_directory",
        kinds_are_told_apart,
    ),
    (
        "a_large_file_comes_whole_and_is_refused_above_a_limit",
        a_large_file_comes_whole,
    ),
];

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn a_file_is_read(place: &Place) {
    block_on(async {
        place.put(strings(&["f"]), b"0123456789").await;
        place.put(strings(&["empty"]), b"").await;
        let (storage, file) = (&place.storage, place.at("f"));
        let found = storage.look(&file).await.unwrap();
        let Entry::File {
            size: 10,
            modified: Some(modified),
        } = found
        else {
            panic!("{found:?}");
        };
        let age = SystemTime::now()
            .duration_since(modified)
            .unwrap_or_default();
        assert!(
            place.kind == Kind::Memory || age < Duration::from_secs(600),
            "{age:?}"
        );
        assert_eq!(storage.read(&file, 10).await.unwrap(), b"0123456789");
        let dated = storage.read_dated(&file, 10).await.unwrap();
        assert_eq!(
            (dated.bytes.as_slice(), dated.modified),
            (&b"0123456789"[..], Some(modified))
        );
        for (range, bytes) in [
            (0..3, &b"012"[..]),
            (3..7, b"3456"),
            (8..99, b"89"),
            (10..12, b""),
            (500..512, b""),
            (4..4, b""),
            (0..u64::MAX, b"0123456789"),
        ] {
            assert_eq!(
                storage.read_range(&file, range.clone()).await.unwrap(),
                bytes,
                "{range:?}"
            );
        }
        let empty = place.at("empty");
        assert!(matches!(
            storage.look(&empty).await.unwrap(),
            Entry::File { size: 0, .. }
        ));
        assert_eq!(storage.read(&empty, 0).await.unwrap(), b"");
        assert_eq!(storage.read_range(&empty, 0..16).await.unwrap(), b"");
    });
}

fn what_is_not_there_is_missing(place: &Place) {
    block_on(async {
        place.put(strings(&["dir/f", "dirs"]), b"x").await;
        let storage = &place.storage;
        // the beginning of a name is not a directory
        for name in ["no", "dir/no", "di", "dir/f2", "no/no/no"] {
            let at = place.at(name);
            let shown = at.to_string();
            for error in [
                storage.look(&at).await.unwrap_err(),
                storage.list(&at).await.unwrap_err(),
                storage.read(&at, 9).await.unwrap_err(),
                storage.read_range(&at, 0..9).await.unwrap_err(),
            ] {
                assert!(error.is_missing(), "{error}");
                assert!(error.to_string().contains(&shown), "{error}");
            }
        }
    });
}

fn one_level_is_listed(place: &Place) {
    block_on(async {
        let names = [
            "d/a",
            "d/b/c/deep",
            "d/b2/x",
            "d/z",
            "e/other",
            "d-not",
            "d.not",
        ];
        place.put(strings(&names), b"four").await;
        let found = place.storage.list(&place.at("d")).await.unwrap();
        let found: BTreeSet<(String, bool)> = found
            .into_iter()
            .map(|one| match one.entry {
                Entry::File { size, modified } => {
                    assert!(size == 4 && modified.is_some(), "{one:?}");
                    (one.name, true)
                }
                Entry::Directory => (one.name, false),
                Entry::Other(what) => panic!("{what}"),
            })
            .collect();
        let expected = [("a", true), ("b", false), ("b2", false), ("z", true)];
        let expected: BTreeSet<_> = expected
            .map(|(name, is_file)| (name.to_owned(), is_file))
            .into();
        assert_eq!(found, expected);
        let twice = place.storage.list(&place.at("d").join("")).await;
        assert_eq!(twice.unwrap().len(), 4, "with a slash behind it");
    });
}

fn pages_are_listed_whole(place: &Place) {
    const FILES: usize = 1103;
    block_on(async {
        let names: Vec<String> = (0..FILES)
            .map(|number| format!("many/file-{number}"))
            .collect();
        place.put(names.iter().cloned(), b"").await;
        let directory = place.at("many");
        let found = place.storage.list(&directory).await.unwrap();
        let found: BTreeSet<String> = found
            .into_iter()
            .map(|one| format!("many/{}", one.name))
            .collect();
        assert_eq!(found, names.into_iter().collect());
        let error = place.storage.list_up_to(&directory, 50).await.unwrap_err();
        assert!(
            matches!(error, StorageError::TooMany { limit: 50, .. }),
            "{error}"
        );
    });
}

/// Names as users and Flink's jobs give them; Flink writes each byte as it is.
const ODD: [&str; 16] = [
    "with blank",
    "percent%20encoded",
    "100%",
    "plus+plus",
    "umlaut-ü-日本",
    "a=b&c=d",
    "question?mark#hash",
    "semi;comma,at@dollar$",
    "quote'one",
    "[brackets]{braces}",
    "tilde~caret^",
    "star*bang!",
    "dots..within",
    ".hidden",
    "_under(paren)",
    "less<more>",
];

fn names_are_exact(place: &Place) {
    block_on(async {
        let directories = ODD.iter().map(|name| format!("{name}/inner {name}"));
        for name in directories {
            let bytes = name.clone().into_bytes();
            place.put([name], &bytes).await;
        }
        let storage = &place.storage;
        for name in ODD {
            let inner = format!("{name}/inner {name}");
            let file = place.at(&inner);
            assert_eq!(
                storage.read(&file, 999).await.unwrap(),
                inner.as_bytes(),
                "{inner}"
            );
            // as a user types it, or as it stands in metadata
            let typed = Location::of(&file.to_string()).unwrap();
            assert!(
                matches!(storage.look(&typed).await.unwrap(), Entry::File { .. }),
                "{typed}"
            );
            let listed = storage.list(&place.at(name)).await.unwrap();
            let listed: Vec<_> = listed.into_iter().map(|one| one.name).collect();
            assert_eq!(listed, [format!("inner {name}")]);
        }
        let listed = storage.list(&place.at("")).await.unwrap();
        let listed: BTreeSet<_> = listed.into_iter().map(|one| one.name).collect();
        assert_eq!(listed, strings(&ODD).into_iter().collect());
        for decoded in ["percent encoded", "plus plus", "with%20blank", "100%25"] {
            let error = storage.look(&place.at(decoded)).await.unwrap_err();
            assert!(error.is_missing(), "{decoded}: {error}");
        }
        let base = place.at("");
        let around = format!("{base}/nowhere/../with blank/./inner with blank");
        if place.kind != Kind::Local {
            let around = Location::of(&around).unwrap();
            assert_eq!(
                storage.read(&around, 99).await.unwrap(),
                b"with blank/inner with blank"
            );
        }
    });
}

fn deletion(place: &Place) {
    block_on(async {
        place.put(strings(&["d/a", "d/b c%", "keep"]), b"x").await;
        let (storage, directory) = (&place.storage, place.at("d"));
        if place.has_directories() {
            let error = storage.delete_directory(&directory).await.unwrap_err();
            assert!(matches!(error, StorageError::NotEmpty { .. }), "{error}");
        }
        for name in ["d/a", "d/b c%"] {
            storage.delete_file(&place.at(name)).await.unwrap();
            let error = storage.look(&place.at(name)).await.unwrap_err();
            assert!(error.is_missing(), "{error}");
        }
        storage.delete_directory(&directory).await.unwrap();
        let error = storage.look(&directory).await.unwrap_err();
        assert!(error.is_missing(), "{error}");
        assert!(matches!(
            storage.look(&place.at("keep")).await.unwrap(),
            Entry::File { .. }
        ));
        match storage.delete_file(&place.at("d/a")).await {
            // object stores do not say
            Ok(()) => assert!(!place.has_directories()),
            Err(error) => assert!(error.is_missing(), "{error}"),
        }
    });
}

fn kinds_are_told_apart(place: &Place) {
    block_on(async {
        place.put(strings(&["d/f"]), b"x").await;
        let (storage, directory, file) = (&place.storage, place.at("d"), place.at("d/f"));
        assert_eq!(storage.look(&directory).await.unwrap(), Entry::Directory);
        assert_eq!(storage.look(&place.at("")).await.unwrap(), Entry::Directory);
        let error = storage.list(&file).await.unwrap_err();
        assert!(
            matches!(error, StorageError::NotADirectory { .. }),
            "{error}"
        );
        let error = storage.read(&directory, 9).await.unwrap_err();
        // an object store asks for the object of that name, which is not there
        let is_told = matches!(error, StorageError::NotAFile { .. });
        assert!(
            is_told || (!place.has_directories() && error.is_missing()),
            "{error}"
        );
        if place.has_directories() {
            assert!(storage.delete_file(&directory).await.is_err());
            assert!(storage.delete_directory(&file).await.is_err());
        }
        assert!(matches!(
            storage.look(&file).await.unwrap(),
            Entry::File { .. }
        ));
    });
}

fn a_large_file_comes_whole(place: &Place) {
    const SIZE: u64 = 20 << 20;
    block_on(async {
        let bytes: Vec<u8> = (0..SIZE).map(|at| (at % 251) as u8).collect();
        place.put(strings(&["large"]), &bytes).await;
        let (storage, file) = (&place.storage, place.at("large"));
        assert!(storage.read(&file, SIZE).await.unwrap() == bytes);
        let part = storage
            .read_range(&file, (SIZE - 7)..(SIZE + 7))
            .await
            .unwrap();
        assert!(part == bytes[bytes.len() - 7..]);
        let part = storage
            .read_range(&file, (1 << 20) - 1..(9 << 20) + 1)
            .await
            .unwrap();
        assert!(part == bytes[(1 << 20) - 1..(9 << 20) + 1]);
        let error = storage.read(&file, SIZE - 1).await.unwrap_err();
        assert!(
            matches!(error, StorageError::TooLarge { size: SIZE, .. }),
            "{error}"
        );
    });
}
