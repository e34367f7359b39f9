//! Content identifiers: what CID a file or a folder gets, before anything is sent.
//!
//! Bytes go in through [`std::io::Read`], a [`Root`] comes out. The crate knows no paths, opens no files and asks
//! no service. The layouts are those of Kubo, named by [`Profile`]; the DAG-PB and UnixFS encoders are our own and
//! are held to vectors of independent implementations in `tests/vectors`.
//!
//! ```
//! use content::{Folder, Profile, hash_file};
//!
//! let hello = hash_file(&b"hello"[..], Profile::V1Raw)?;
//! assert_eq!(hello.cid.to_string(), "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq");
//!
//! let mut folder = Folder::new(Profile::V1Raw);
//! folder.add(b"hello.txt".to_vec(), hello).expect("a fresh name");
//! assert_eq!(folder.finish().size, 5);
//! # Ok::<(), std::io::Error>(())
//! ```

mod balanced;
mod block;
pub mod car;
mod dagpb;
mod file;
mod folder;
#[cfg(test)]
mod golden;
mod hamt;
mod murmur3;
mod profile;
mod tree;

pub use block::Root;
pub use cid::Cid;
pub use file::hash_file;
pub use folder::{Folder, NameError};
pub use profile::Profile;
pub use tree::{PathError, Tree};
