use super::*;
use proptest::prelude::*;

/// A tree as text: `{a: x, b: [y, {c: z}]}`.
fn shape(node: &Node) -> String {
    match node {
        Node::Text(text) => text.clone(),
        Node::List(elements) => format!("[{}]", elements.iter().map(shape).collect::<Vec<_>>().join(", ")),
        Node::Map(map) => map_shape(map),
    }
}

fn map_shape(map: &Map) -> String {
    let entries: Vec<_> = map.iter().map(|(name, node)| format!("{name}: {}", shape(node))).collect();
    format!("{{{}}}", entries.join(", "))
}

#[test]
fn brackets_become_a_tree() {
    for (form, tree) in [
        ("", "{}"),
        ("a=1", "{a: 1}"),
        ("a", "{a: }"),
        ("a=", "{a: }"),
        ("=1&a=2", "{a: 2}"),
        ("&&a=1&", "{a: 1}"),
        ("a=1=2", "{a: 1=2}"),
        ("a=x+y%20z%2B", "{a: x y z+}"),
        ("a%5Bb%5D=1", "{a: {b: 1}}"),
        ("a=1&a=2", "{a: 2}"),
        ("a=1&b=2&a=3", "{a: 3, b: 2}"),
        ("a[0]=x&a[1]=y", "{a: {0: x, 1: y}}"),
        ("metadata[0]=x", "{metadata: {0: x}}"),
        ("a[]=x&a[]=y", "{a: [x, y]}"),
        ("a[][k]=1&a[][l]=2", "{a: [{k: 1, l: 2}]}"),
        ("a[][k]=1&a[][k]=2", "{a: [{k: 1}, {k: 2}]}"),
        ("a[][k]=1&a[][l]=2&a[][k]=3&a[][l]=4", "{a: [{k: 1, l: 2}, {k: 3, l: 4}]}"),
        ("a[][k][x]=1&a[][k][y]=2&a[][k][x]=3", "{a: [{k: {x: 1, y: 2}}, {k: {x: 3}}]}"),
        ("a[][k][]=1&a[][k][]=2", "{a: [{k: [1, 2]}]}"),
        ("a[][]=1&a[][]=2", "{a: [[1], [2]]}"),
        ("a[b]=1&a=2", "{a: 2}"),
        ("a=1&a[b]=2", "{a: {b: 2}}"),
        ("a[b]=1&a[]=2", "{a: [2]}"),
        ("a[]=1&a[b]=2", "{a: {b: 2}}"),
        ("a[b=1", "{a[b: 1}"),
        ("a]b[=1", "{a]b[: 1}"),
        ("a[b]c=1", "{a[b]c: 1}"),
        ("a[b]c[d]=1", "{a[b]c[d]: 1}"),
        ("a[[b]]=1", "{a[[b]]: 1}"),
        ("[b]=1", "{[b]: 1}"),
        ("%E2%98%95=%F0%9F%8D%B0", "{☕: 🍰}"),
        ("a[b][c][d][e][f][g][h]=1", "{a: {b: {c: {d: {e: {f: {g: {h: 1}}}}}}}}"),
    ] {
        assert_eq!(map_shape(&decode(form.as_bytes()).unwrap()), tree, "{form}");
    }
}

#[test]
fn what_is_no_form_is_refused_with_the_key_at_fault() {
    let key = String::from;
    for (form, fault) in [
        (&b"x=1&a=%"[..], FormFault::Percent { key: key("a") }),
        (b"a=%4", FormFault::Percent { key: key("a") }),
        (b"a=%zz", FormFault::Percent { key: key("a") }),
        (b"a%=1", FormFault::Percent { key: key("a%") }),
        (b"a=%ff", FormFault::Utf8 { key: key("a") }),
        (b"a=\xff", FormFault::Utf8 { key: key("a") }),
        (b"a=%ed%a0%80", FormFault::Utf8 { key: key("a") }),
        (b"a[b][c][d][e][f][g][h][i]=1", FormFault::TooDeep { key: key("a[b][c][d][e][f][g][h][i]") }),
        (b"a[][][][][][][][]=1", FormFault::TooDeep { key: key("a[][][][][][][][]") }),
    ] {
        assert_eq!(decode(form), Err(fault), "{form:?}");
    }
}

#[test]
fn a_thousand_pairs_are_taken_and_no_more() {
    let pairs = |count: usize| (0..count).map(|n| format!("k{n}={n}")).collect::<Vec<_>>().join("&");
    let params = decode(pairs(PAIRS_MAX).as_bytes()).unwrap();
    assert_eq!(params.iter().len(), PAIRS_MAX);
    for n in 0..PAIRS_MAX {
        assert_eq!(params.get(&format!("k{n}")), Some(&Node::Text(n.to_string())));
    }
    assert_eq!(params.get("k1000"), None);
    assert_eq!(decode(pairs(PAIRS_MAX + 1).as_bytes()), Err(FormFault::TooManyPairs));
}

#[test]
fn a_body_adds_to_a_query_and_wins_over_it() {
    let mut params = decode(b"a=1&b[x]=1").unwrap();
    decode_into(&mut params, b"a=2&b[y]=2").unwrap();
    assert_eq!(map_shape(&params), "{a: 2, b: {x: 1, y: 2}}");
}

#[test]
fn a_fingerprint_depends_on_what_is_said_and_not_on_how() {
    let fingerprint = |form: &str| decode(form.as_bytes()).unwrap().fingerprint();
    let same = ["a=1&b[x]=y+z&c[0]=p&c[1]=q", "c[]=p&b%5Bx%5D=y%20z&a=%31&c[]=q", "c[1]=q&c[0]=p&a=2&b[x]=y z&a=1"];
    for form in same {
        assert_eq!(fingerprint(form), fingerprint(same[0]), "{form}");
        assert_eq!(fingerprint(form).len(), 64);
    }
    let different = ["", "a=1", "a=", "a=2", "a[b]=1", "a[]=1", "b=1", "a=1&b=", "ab=1", "a[b]=c", "a[b][c]="];
    for (place, form) in different.iter().enumerate() {
        for other in &different[..place] {
            assert_ne!(fingerprint(form), fingerprint(other), "{form} {other}");
        }
    }
}

/// Trees without lists, which come back exactly.
fn map() -> impl Strategy<Value = Map> {
    let leaf = any::<String>().prop_map(Node::Text).boxed();
    let node = leaf.prop_recursive(4, 24, 6, |inner| nonempty_map(inner).prop_map(Node::Map));
    nonempty_map(node.boxed())
}

fn nonempty_map(node: BoxedStrategy<Node>) -> impl Strategy<Value = Map> {
    prop::collection::vec(("[^\\[\\]]{1,6}", node), 1..8).prop_map(|entries| {
        let mut map = Map::default();
        for (name, node) in entries {
            *map.slot(&name) = node;
        }
        map
    })
}

proptest! {
    #[test]
    fn what_is_encoded_decodes_to_itself(map in map()) {
        let mut params = Params::default();
        *params = map;
        prop_assert_eq!(decode(encode(&params).as_bytes()), Ok(params));
    }

    #[test]
    fn lists_come_back_with_the_same_meaning(form in "([ab](\\[[abc]?\\]){0,3}=[xyz]?&){0,12}") {
        let params = decode(form.as_bytes()).unwrap();
        let again = decode(encode(&params).as_bytes()).unwrap();
        prop_assert_eq!(again.fingerprint(), params.fingerprint());
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes);
    }

    #[test]
    fn nothing_like_a_form_makes_the_decoder_panic(form in "[ab\\[\\]=&%+0-9é]{0,80}") {
        if let Ok(params) = decode(form.as_bytes()) {
            let _ = encode(&params);
            let _ = params.fingerprint();
        }
    }
}
