//! Uploads that are CARs, made by hand.

use crate::stranger::tus::{create, header, patch};
use crate::stranger::{Form, Stranger, noise};
use cid::Cid;
use multihash::Multihash;
use reqwest::StatusCode;
use sha2::{Digest as _, Sha256};

const RAW: u64 = 0x55;
const DAG_PB: u64 = 0x70;

type Block = (Cid, Vec<u8>);

fn block(codec: u64, bytes: Vec<u8>) -> Block {
    let hash = Multihash::wrap(0x12, &Sha256::digest(&bytes)).unwrap();
    (Cid::new_v1(codec, hash), bytes)
}

fn varint(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap());
    bytes
}

/// A protobuf field of bytes.
fn field(tag: u8, bytes: &[u8]) -> Vec<u8> {
    [&[tag][..], &varint(bytes.len()), bytes].concat()
}

/// A DAG-PB node: links, then UnixFS data.
fn node(links: &[(&str, &Block)], data: &[u8]) -> Block {
    let mut bytes = Vec::new();
    for (name, (cid, child)) in links {
        let size = [&[0x18][..], &varint(child.len())].concat();
        let link = [
            field(0x0a, &cid.to_bytes()),
            field(0x12, name.as_bytes()),
            size,
        ]
        .concat();
        bytes.extend(field(0x12, &link));
    }
    bytes.extend(field(0x0a, data));
    block(DAG_PB, bytes)
}

fn car(roots: &[Cid], blocks: &[&Block]) -> Vec<u8> {
    let mut head = b"\xa2\x65roots".to_vec();
    head.push(0x80 + u8::try_from(roots.len()).unwrap());
    for root in roots {
        let cid = root.to_bytes();
        head.extend([0xd8, 0x2a, 0x58, u8::try_from(cid.len() + 1).unwrap(), 0]);
        head.extend(cid);
    }
    head.extend(b"\x67version\x01");
    let mut car = [varint(head.len()), head].concat();
    for (cid, bytes) in blocks {
        let section = [cid.to_bytes(), bytes.clone()].concat();
        car.extend(varint(section.len()));
        car.extend(section);
    }
    car
}

/// A folder of "a.txt" and "sub/long.bin", the latter in two leaves; all blocks, and the root last.
fn tree() -> (Vec<u8>, Vec<Block>) {
    let long = noise(300_000);
    let text = block(RAW, b"hello".to_vec());
    let leaves = [&long[..262_144], &long[262_144..]].map(|leaf| block(RAW, leaf.to_vec()));
    let mut data = vec![0x08, 2, 0x18];
    data.extend(varint(long.len()));
    for (_, leaf) in &leaves {
        data.push(0x20);
        data.extend(varint(leaf.len()));
    }
    let [first, second] = &leaves;
    let file = node(&[("", first), ("", second)], &data);
    let sub = node(&[("long.bin", &file)], &[8, 1]);
    let root = node(&[("a.txt", &text), ("sub", &sub)], &[8, 1]);
    let [first, second] = leaves;
    (long, vec![text, first, second, file, sub, root])
}

fn whole(blocks: &[Block]) -> Vec<u8> {
    let root = blocks.last().unwrap().0;
    car(&[root], &blocks.iter().collect::<Vec<_>>())
}

async fn paid() -> Stranger {
    Stranger::with(|config| config.paid = true).await
}

fn form(car: &[u8], network: &str) -> Form {
    Form::new()
        .file("site.car", car)
        .text("network", network)
        .text("car", "true")
}

#[tokio::test]
async fn a_car_by_the_form_is_stored_as_the_folder_that_it_holds() {
    let stranger = paid().await;
    let (long, blocks) = tree();
    let (status, answer) = stranger.upload(&form(&whole(&blocks), "public")).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let root = blocks.last().unwrap().0.to_string();
    assert_eq!(answer["data"]["cid"], root);
    assert_eq!(answer["data"]["number_of_files"], 2);
    assert_eq!(answer["data"]["mime_type"], "directory");
    let dag: usize = blocks.iter().map(|(_, bytes)| bytes.len()).sum();
    assert_eq!(answer["data"]["size"], dag);
    assert_eq!(
        stranger.bytes(&format!("/ipfs/{root}/a.txt")).await,
        b"hello"
    );
    assert!(stranger.bytes(&format!("/ipfs/{root}/sub/long.bin")).await == long);
    assert!(stranger.names_in("partial").is_empty());
}

#[tokio::test]
async fn a_car_in_chunks_is_stored_as_the_folder_that_it_holds() {
    let stranger = paid().await;
    let (long, blocks) = tree();
    let car = whole(&blocks);
    let pairs = [("filename", "site"), ("network", "public"), ("car", "true")];
    let created = create(&stranger, car.len() as u64, &pairs).await;
    let url = header(&created, "location").unwrap();
    let mut last = None;
    for from in (0..car.len()).step_by(100_000) {
        let to = car.len().min(from + 100_000);
        let answer = patch(&stranger, &url, from, &car[from..to]).send().await;
        last = Some(answer.unwrap());
    }
    let last = last.unwrap();
    assert_eq!(last.status(), StatusCode::NO_CONTENT);
    let root = header(&last, "upload-cid").unwrap();
    assert_eq!(root, blocks.last().unwrap().0.to_string());
    assert!(stranger.bytes(&format!("/ipfs/{root}/sub/long.bin")).await == long);
}

#[tokio::test]
async fn what_is_no_car_of_one_whole_tree_is_refused_and_nothing_of_it_stays() {
    let stranger = paid().await;
    let (_, blocks) = tree();
    let (root, first) = (blocks.last().unwrap().0, &blocks[0]);
    let all: Vec<&Block> = blocks.iter().collect();
    let wrong = (first.0, b"hullo".to_vec());
    let whole = whole(&blocks);
    let cases = [
        (car(&[root, first.0], &all), "single root"),
        (car(&[], &all), "single root"),
        (car(&[root], &all[1..]), "does not hold"),
        (
            car(&[root], &[&[&wrong], &all[1..]].concat()),
            "other bytes",
        ),
        (whole[..whole.len() - 1].to_vec(), "cut off"),
        (b"hello".to_vec(), "cut off"),
        (noise(5000), "CAR"),
    ];
    for (car, words) in cases {
        let (status, answer) = stranger.upload(&form(&car, "public")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{words}: {answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(words), "{words}: {message}");
    }
    assert!(stranger.names_in("partial").is_empty());
    assert!(stranger.names_in("blobs").is_empty());
}

#[tokio::test]
async fn a_car_takes_a_paid_plan_and_the_public_network_and_is_refused_before_a_byte_is_sent() {
    let (_, blocks) = tree();
    let car = whole(&blocks);
    let cases = [
        (false, "public", "paid plan"),
        (true, "private", "public network"),
    ];
    for (paid, network, words) in cases {
        let stranger = Stranger::with(|config| config.paid = paid).await;
        let (status, answer) = stranger.upload(&form(&car, network)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(words), "{message}");
        let pairs = [("filename", "a"), ("network", network), ("car", "true")];
        let created = create(&stranger, car.len() as u64, &pairs).await;
        assert_eq!(created.status(), StatusCode::BAD_REQUEST);
    }
}

const FILE: &[u8] = &[8, 2];
const FOLDER: &[u8] = &[8, 1];
const SHARD: &[u8] = &[8, 5];

/// Nodes in one another, each with these links to the one below it; the innermost first.
fn chain(innermost: Block, levels: usize, names: &[&str], data: &[u8]) -> Vec<Block> {
    let mut blocks = vec![innermost];
    for _ in 0..levels {
        let below = blocks.last().unwrap();
        let links: Vec<_> = names.iter().map(|name| (*name, below)).collect();
        blocks.push(node(&links, data));
    }
    blocks
}

#[tokio::test]
async fn a_small_car_that_could_be_walked_for_ever_is_refused_at_once() {
    let stranger = paid().await;
    // 2^40 ways lead through each of them.
    let cases = [
        (SHARD, ["00", "01"], "no end"),
        (FILE, ["", ""], "no end"),
        (FOLDER, ["a", "b"], "larger than 25 GB"),
    ];
    for (data, names, words) in cases {
        let blocks = chain(node(&[], data), 40, &names, data);
        let (status, answer) = stranger.upload(&form(&whole(&blocks), "public")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{words}: {answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(words), "{words}: {message}");
    }
    assert!(stranger.names_in("partial").is_empty());
}

#[tokio::test]
async fn a_tree_with_more_names_than_can_be_walked_is_served_by_path_and_not_handed_out_whole() {
    let stranger = paid().await;
    let names = ["a", "b"];
    let blocks = chain(block(RAW, b"hello".to_vec()), 26, &names, FOLDER);
    let (status, answer) = stranger.upload(&form(&whole(&blocks), "public")).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let root = answer["data"]["cid"].as_str().unwrap();
    let path = "/a/b".repeat(13);
    assert_eq!(
        stranger.bytes(&format!("/ipfs/{root}{path}")).await,
        b"hello"
    );
    let tree = stranger
        .gateway(&format!("/ipfs/{root}?pinfold=tree"))
        .await;
    assert_eq!(tree.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_car_of_great_depth_is_taken_up_to_a_limit_and_refused_beyond_it() {
    let stranger = paid().await;
    let leaf = || block(RAW, b"hello".to_vec());
    let file = chain(leaf(), 200, &[""], FILE);
    let named = node(&[("00hello", file.last().unwrap())], SHARD);
    let shards = chain(named, 200, &["00"], SHARD);
    let folders = chain(shards.last().unwrap().clone(), 200, &["a"], FOLDER);
    let blocks = [file, shards, folders].concat();
    let (status, answer) = stranger.upload(&form(&whole(&blocks), "public")).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let root = answer["data"]["cid"].as_str().unwrap();
    let path = "/a".repeat(200);
    assert_eq!(
        stranger.bytes(&format!("/ipfs/{root}{path}/hello")).await,
        b"hello"
    );

    for (data, name, words) in [
        (FILE, "", "A file is too deep"),
        (SHARD, "00", "shards are too deep"),
        (FOLDER, "a", "folders are too deep"),
    ] {
        let blocks = chain(node(&[], data), 20_000, &[name], data);
        let (status, answer) = stranger.upload(&form(&whole(&blocks), "public")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{words}: {answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(words), "{words}: {message}");
    }
}
