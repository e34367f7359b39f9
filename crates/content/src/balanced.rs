//! The balanced layout: leaves folded into layers of nodes as they come.

use crate::{
    block::{Blocks, Kind, Root, cid_of, put_node},
    dagpb,
    profile::Layout,
};

/// The kind of a leaf's block.
pub(crate) fn leaf_kind(layout: Layout) -> Kind {
    if layout.raw_leaves {
        Kind::Raw
    } else {
        Kind::Node(layout.version)
    }
}

/// What stands before and after the content in a leaf's block.
pub(crate) fn leaf_frame(layout: Layout, len: usize) -> (Vec<u8>, Vec<u8>) {
    if layout.raw_leaves {
        return (Vec::new(), Vec::new());
    }
    dagpb::leaf_frame(len)
}

/// Hashes one chunk as a leaf.
pub(crate) fn leaf(layout: Layout, chunk: &[u8]) -> Root {
    let (before, after) = leaf_frame(layout, chunk.len());
    Root {
        cid: cid_of(leaf_kind(layout), &[&before, chunk, &after]),
        dag_size: (before.len() + chunk.len() + after.len()) as u64,
        blocks: 1,
        size: chunk.len() as u64,
    }
}

/// A file that is being built. Holds at most one unfinished node a layer, however long the file is.
pub(crate) struct Balanced {
    layout: Layout,
    /// The links that wait for a parent; leaves first.
    layers: Vec<Vec<Root>>,
}

impl Balanced {
    pub(crate) fn new(layout: Layout) -> Self {
        Self {
            layout,
            layers: Vec::new(),
        }
    }

    /// Takes the next leaf of the file.
    pub(crate) fn push<E>(&mut self, leaf: Root, blocks: &mut impl Blocks<E>) -> Result<(), E> {
        self.push_at(0, leaf, blocks)
    }

    fn push_at<E>(
        &mut self,
        mut layer: usize,
        mut child: Root,
        blocks: &mut impl Blocks<E>,
    ) -> Result<(), E> {
        loop {
            if layer == self.layers.len() {
                self.layers.push(Vec::new());
            }
            self.layers[layer].push(child);
            if self.layers[layer].len() < self.layout.width {
                return Ok(());
            }
            child = self.fold(layer, blocks)?;
            layer += 1;
        }
    }

    /// Turns the waiting links of a layer into one node.
    fn fold<E>(&mut self, layer: usize, blocks: &mut impl Blocks<E>) -> Result<Root, E> {
        let children = std::mem::take(&mut self.layers[layer]);
        let node = dagpb::file_node(&children);
        put_node(self.layout.version, &node, children.iter(), blocks)
    }

    /// The root; there must have been a leaf. All leaves end up at the same depth, so a last node may have one link.
    pub(crate) fn finish<E>(mut self, blocks: &mut impl Blocks<E>) -> Result<Root, E> {
        let mut layer = 0;
        loop {
            let is_top = layer + 1 == self.layers.len();
            match self.layers[layer].as_slice() {
                [root] if is_top => return Ok(*root),
                [] => {}
                _ => {
                    let parent = self.fold(layer, blocks)?;
                    self.push_at(layer + 1, parent, blocks)?;
                }
            }
            layer += 1;
        }
    }
}
