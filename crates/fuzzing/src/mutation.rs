//! From sound inputs to one that nobody meant.

use std::ops::Range;

use crate::Dice;
use crate::oddities::{DEPTHS, NESTS, NO_TEXT, NUMBERS, VALUES, WORDS};

/// One input: a sound one with a few changes, sometimes nothing or noise. At most `largest` bytes; only one in some
/// hundreds is nearly as long.
pub fn mutated(dice: &mut Dice, sound: &[&[u8]], largest: usize) -> Vec<u8> {
    let bytes = match dice.below(40) {
        0 => Vec::new(),
        1 => (0..dice.below(200)).map(|_| dice.byte()).collect(),
        _ if sound.is_empty() => Vec::new(),
        _ => dice.pick(sound).to_vec(),
    };
    let mut input = Input {
        bytes,
        dice,
        sound,
        largest,
    };
    // What is changed once is often sound still, and read to its end.
    let changes = if input.dice.one_in(2) {
        1
    } else {
        2 + input.dice.below(3)
    };
    for _ in 0..changes {
        let way = input.dice.below(STEPS);
        input.change(way);
        input.bytes.truncate(largest);
    }
    input.bytes
}

/// Ways to change an input.
const STEPS: usize = 20;

struct Input<'a> {
    bytes: Vec<u8>,
    dice: &'a mut Dice,
    sound: &'a [&'a [u8]],
    largest: usize,
}

impl Input<'_> {
    fn change(&mut self, way: usize) {
        match way {
            0 | 1 => self.flip(),
            2 => self.overwrite(),
            3 => self.cut(),
            4 => self.take_out(),
            5 => self.repeat(),
            6 | 7 => self.splice(),
            8 => self.borrow(),
            9 | 10 => self.number(),
            11 | 12 => self.string(),
            13 => self.member(),
            14 => self.members(),
            15 | 16 => self.word(),
            17 => self.no_text(),
            18 => self.nest(),
            _ => self.turn_case(),
        }
    }

    /// Any place, the end among them.
    fn place(&mut self) -> usize {
        self.dice.below(self.bytes.len() + 1)
    }

    /// Any piece; mostly a short one.
    fn piece(&mut self) -> Range<usize> {
        let begin = self.place();
        let left = self.bytes.len() - begin;
        let length = if self.dice.one_in(4) {
            left
        } else {
            left.min(64)
        };
        begin..begin + self.dice.below(length + 1)
    }

    fn put(&mut self, place: Range<usize>, what: &[u8]) {
        self.bytes.splice(place, what.iter().copied());
    }

    /// The first byte of these from a random place on, and then from the start.
    fn find(&mut self, is: impl Fn(u8) -> bool) -> Option<usize> {
        let from = self.place();
        let behind = self.bytes[from..].iter().position(|byte| is(*byte));
        behind
            .map(|at| from + at)
            .or_else(|| self.bytes[..from].iter().position(|byte| is(*byte)))
    }

    fn flip(&mut self) {
        for _ in 0..=self.dice.below(6) {
            let at = self.place();
            let bit = self.dice.below(8);
            if let Some(byte) = self.bytes.get_mut(at) {
                *byte ^= 1 << bit;
            }
        }
    }

    fn overwrite(&mut self) {
        let (at, any) = (self.place(), self.dice.byte());
        let with = *self
            .dice
            .pick(&[any, 0, 0xff, b'"', b'.', b'/', b'{', b',']);
        if let Some(byte) = self.bytes.get_mut(at) {
            *byte = with;
        }
    }

    fn cut(&mut self) {
        let at = self.place();
        self.bytes.truncate(at);
    }

    fn take_out(&mut self) {
        let piece = self.piece();
        self.put(piece, b"");
    }

    /// A piece several times.
    fn repeat(&mut self) {
        let piece = self.piece();
        let copy = self.bytes[piece.clone()].to_vec();
        self.put_many(piece.end, &copy);
    }

    /// The same bytes several times; once in a while as often as there is room for.
    fn put_many(&mut self, at: usize, copy: &[u8]) {
        if copy.is_empty() {
            return;
        }
        let room = self.largest.saturating_sub(self.bytes.len()) / copy.len();
        let times = match self.dice.below(60) {
            0..2 => room,
            2..8 => room.min(2_000),
            _ => room.min(1 + self.dice.below(20)),
        };
        let many = copy.repeat(times);
        self.put(at..at, &many);
    }

    /// The beginning of this one and the end of another.
    fn splice(&mut self) {
        let Some(other) = self.other() else { return };
        let (at, from) = (self.place(), self.dice.below(other.len() + 1));
        self.bytes.truncate(at);
        self.bytes.extend_from_slice(&other[from..]);
    }

    /// A piece of another inside this one.
    fn borrow(&mut self) {
        let Some(other) = self.other() else { return };
        let from = self.dice.below(other.len() + 1);
        let length = self.dice.below(other.len() - from + 1);
        let at = self.place();
        self.put(at..at, &other[from..from + length]);
    }

    fn other(&mut self) -> Option<Vec<u8>> {
        if self.sound.is_empty() {
            return None;
        }
        Some(self.dice.pick(self.sound).to_vec())
    }

    /// A text between quotes, or nothing where there is none.
    fn value(&mut self) -> Range<usize> {
        let Some(begin) = self.find(|byte| byte == b'"') else {
            let at = self.place();
            return at..at;
        };
        let end = self.bytes[begin + 1..]
            .iter()
            .position(|byte| *byte == b'"');
        begin..end.map_or(self.bytes.len(), |end| begin + 1 + end + 1)
    }

    fn number(&mut self) {
        let extreme = match self.dice.below(20) {
            0 => "9".repeat(5_000),
            1 => format!("1.{}", "0".repeat(5_000)),
            _ => (*self.dice.pick(&NUMBERS)).to_owned(),
        };
        let at = self.find(|byte| byte.is_ascii_digit());
        let at = at.unwrap_or_else(|| self.place());
        let digits = |byte: &&u8| byte.is_ascii_digit();
        let before = self.bytes[..at].iter().rev().take_while(digits).count();
        let behind = self.bytes[at..].iter().take_while(digits).count();
        self.put(at - before..at + behind, extreme.as_bytes());
    }

    /// A text between quotes is another text, very long, or no text.
    fn string(&mut self) {
        let place = self.value();
        if place.is_empty() {
            return self.word();
        }
        let with = match self.dice.below(8) {
            0..=2 => (*self.dice.pick(&VALUES)).to_owned(),
            3 => (*self.dice.pick(&NUMBERS)).to_owned(),
            4 => {
                let letter = *self
                    .dice
                    .pick(&["a", "z", "Q", "1", "0f", "eyJ", "ä", "\\u0061"]);
                let times = *self.dice.pick(&[70, 300, 5_000, 60_000]);
                format!("\"{}\"", letter.repeat(times))
            }
            _ => format!("\"{}\"", self.dice.pick(&WORDS)),
        };
        self.put(place, with.as_bytes());
    }

    /// What stands between two commas, or a bracket and a comma, goes.
    fn member(&mut self) {
        let is_mark = |byte: u8| matches!(byte, b',' | b'{' | b'[' | b'\n' | b'/');
        let Some(begin) = self.find(is_mark) else {
            return self.take_out();
        };
        let behind = &self.bytes[begin + 1..];
        let length = behind.iter().position(|byte| is_mark(*byte));
        let end = length.map_or(self.bytes.len(), |length| begin + 1 + length);
        self.put(begin + 1..end, b"");
    }

    /// What follows a comma or begins a line stands there more often: a list or an object is long then, and still sound.
    fn members(&mut self) {
        let Some(begin) = self.find(|byte| matches!(byte, b',' | b'\n')) else {
            return self.repeat();
        };
        let behind = &self.bytes[begin + 1..];
        let ends = |byte: &u8| matches!(byte, b',' | b']' | b'}' | b'\n');
        let length = behind.iter().position(ends).unwrap_or(behind.len());
        let copy = self.bytes[begin..=begin + length].to_vec();
        self.put_many(begin, &copy);
    }

    fn word(&mut self) {
        let at = self.place();
        let word = *self.dice.pick(&WORDS);
        self.put(at..at, word.as_bytes());
    }

    fn no_text(&mut self) {
        let at = self.place();
        let bytes = *self.dice.pick(&NO_TEXT);
        self.put(at..at, bytes);
    }

    /// A piece, or nothing, inside many of the same brackets; sometimes they are not closed.
    fn nest(&mut self) {
        let (open, close) = *self.dice.pick(&NESTS);
        let room = self.largest / (open.len() + close.len());
        let depth = (*self.dice.pick(&DEPTHS)).min(room);
        let inside = if self.dice.one_in(2) {
            self.value()
        } else {
            self.piece()
        };
        let mut nested = open.repeat(depth).into_bytes();
        nested.extend_from_slice(&self.bytes[inside.clone()]);
        if !self.dice.one_in(3) {
            nested.extend_from_slice(close.repeat(depth).as_bytes());
        }
        self.put(inside, &nested);
    }

    fn turn_case(&mut self) {
        let piece = self.piece();
        for byte in &mut self.bytes[piece] {
            if byte.is_ascii_alphabetic() {
                *byte ^= 0x20;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: [&[u8]; 2] = [br#"{"id":"a","size":12,"rows":[{"cid":"b"}]}"#, b"a,b\nc"];

    fn inputs(seeds: std::ops::Range<u64>) -> Vec<Vec<u8>> {
        seeds
            .map(|seed| mutated(&mut Dice::new(seed), &SOUND, 300_000))
            .collect()
    }

    #[test]
    fn a_seed_is_one_input_and_none_is_longer_than_may_be() {
        let all = inputs(0..2_000);
        assert_eq!(all, inputs(0..2_000));
        assert!(all.iter().all(|input| input.len() <= 300_000));
        for way in 0..STEPS {
            for seed in 0..50 {
                for bytes in [&b""[..], b"1", SOUND[0]] {
                    let mut input = Input {
                        bytes: bytes.to_vec(),
                        dice: &mut Dice::new(seed),
                        sound: &[],
                        largest: 0,
                    };
                    input.change(way);
                }
            }
        }
    }

    #[test]
    fn inputs_are_of_every_kind() {
        let all = inputs(0..5_000);
        let some = |is: &dyn Fn(&Vec<u8>) -> bool| all.iter().filter(|input| is(input)).count() > 4;
        let has = |what: &[u8]| {
            let what = what.to_vec();
            some(&move |input| input.windows(what.len()).any(|piece| piece == what))
        };
        assert!(some(&Vec::is_empty), "nothing");
        assert!(
            some(&|input| std::str::from_utf8(input).is_err()),
            "no text"
        );
        let deep = |input: &Vec<u8>| input.chunk_by(|a, b| a == b).any(|run| run.len() > 9_000);
        assert!(some(&deep), "deep");
        assert!(some(&|input| input.len() > 200_000), "long");
        for word in ["1e400", "\\ud800", "\u{202e}", "null", "NaN"] {
            assert!(has(word.as_bytes()), "{word}");
        }
        let sound = all.iter().filter(|input| SOUND.contains(&input.as_slice()));
        assert!(sound.count() < 250, "nearly all of them are changed");
    }
}
