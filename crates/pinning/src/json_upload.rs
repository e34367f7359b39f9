//! JSON that is typed, pasted or read, and then uploaded.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use crate::{Error, FileUpload, Pieces, Placement, Source, UploadOptions};

/// Bytes in memory, as a source.
#[derive(Debug, Clone)]
pub struct Memory(Bytes);

impl Memory {
    /// Takes the bytes.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self(bytes.into())
    }
}

#[async_trait]
impl Source for Memory {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    async fn open(&self) -> std::io::Result<Pieces> {
        Ok(Box::pin(futures::stream::iter([Ok(self.0.clone())])))
    }
}

/// A JSON text to upload.
#[derive(Clone)]
pub struct JsonUpload {
    /// The text, which must be JSON.
    pub text: String,
    /// Its name; `.json` is added where it has no ending.
    pub file_name: String,
    /// How to store it.
    pub options: UploadOptions,
    /// Where it goes, and for how long.
    pub placement: Placement,
    /// Stops the upload.
    pub cancel: CancellationToken,
}

impl JsonUpload {
    /// The text as a file, byte for byte. `NOT_JSON` where it is none, with the place of the fault.
    pub fn into_file(self) -> Result<(FileUpload, Placement), Error> {
        self.checked()?;
        let ends = self.file_name.contains('.');
        let file = FileUpload {
            source: Arc::new(Memory::new(self.text.into_bytes())),
            file_name: if ends {
                self.file_name
            } else {
                self.file_name + ".json"
            },
            options: self.options,
            progress: Arc::new(|_| ()),
            cancel: self.cancel,
        };
        Ok((file, self.placement))
    }

    pub(crate) fn checked(&self) -> Result<(), Error> {
        match serde_json::from_str::<serde::de::IgnoredAny>(&self.text) {
            Ok(_) => Ok(()),
            Err(fault) => Err(Error::refused("NOT_JSON", &fault.to_string())),
        }
    }
}
