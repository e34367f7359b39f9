//! Looking for many byte strings at once (after Wu and Manber): each pair of bytes says how far the next of them can begin at
//! the earliest, so that most bytes are never looked at. A library would do this as well, but those of others are not
//! optimised in the build that tests are: one search of theirs for each of some dozens of forms took a hundred times as long.

/// Pairs of bytes.
const PAIRS: usize = 1 << 16;

pub(crate) struct Many {
    wanted: Vec<Vec<u8>>,
    /// The length of the shortest: how much of each is looked at before it is compared.
    window: usize,
    /// How far to go on when the window ends with this pair.
    steps: Vec<u8>,
    /// Whose window ends with a pair, sorted by the pair.
    ends: Vec<(usize, usize)>,
}

fn pair(bytes: &[u8], end: usize) -> usize {
    usize::from(bytes[end - 2]) << 8 | usize::from(bytes[end - 1])
}

impl Many {
    /// None of them may be shorter than two bytes.
    pub(crate) fn new(wanted: Vec<Vec<u8>>) -> Self {
        let shortest = wanted.iter().map(Vec::len).min().unwrap_or(2);
        let window = shortest.min(usize::from(u8::MAX));
        assert!(window >= 2, "too short to be looked for");
        let step = |far: usize| u8::try_from(far).expect("no longer than the window");
        let mut steps = vec![step(window - 1); PAIRS];
        for bytes in &wanted {
            for end in 2..=window {
                let known = &mut steps[pair(bytes, end)];
                *known = (*known).min(step(window - end));
            }
        }
        let ends = wanted.iter().enumerate();
        let mut ends: Vec<_> = ends.map(|(at, it)| (pair(it, window), at)).collect();
        ends.sort_unstable();
        Self {
            wanted,
            window,
            steps,
            ends,
        }
    }

    /// Which of them stand in these bytes.
    pub(crate) fn found_in(&self, bytes: &[u8]) -> Vec<usize> {
        let mut found = Vec::new();
        let mut end = self.window;
        while end <= bytes.len() {
            let pair = pair(bytes, end);
            let step = usize::from(self.steps[pair]);
            if step > 0 {
                end += step;
                continue;
            }
            let rest = &bytes[end - self.window..];
            let first = self.ends.partition_point(|(other, _)| *other < pair);
            for (_, at) in self.ends[first..].iter().take_while(|(it, _)| *it == pair) {
                if rest.starts_with(&self.wanted[*at]) && !found.contains(at) {
                    found.push(*at);
                }
            }
            end += 1;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::Many;

    #[test]
    fn what_is_looked_for_at_once_is_what_each_alone_would_find() {
        let wanted: Vec<Vec<u8>> = ["abca", "bcab", "aaaaa", "cabbage", "bb\0bb"]
            .map(|text| text.as_bytes().to_vec())
            .to_vec();
        let many = Many::new(wanted.clone());
        let (mut state, mut seen) = (1_u32, 0);
        for _ in 0..20_000 {
            let bytes: Vec<u8> = (0..24)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    b"abcage\0a"[(state >> 24) as usize % 8]
                })
                .collect();
            let mut found = many.found_in(&bytes);
            found.sort_unstable();
            let there = |it: &Vec<u8>| bytes.windows(it.len()).any(|window| window == it);
            let alone: Vec<_> = (0..wanted.len()).filter(|at| there(&wanted[*at])).collect();
            assert_eq!(found, alone, "{bytes:?}");
            seen += alone.len();
        }
        assert!(seen > 1_000, "{seen}");
    }
}
