//! Uploading: which way a file or folder takes, and what is refused before the first byte.

use async_trait::async_trait;

use super::scopes::Scope;
use super::{MULTIPART_LIMIT, Pinata, UPLOAD_LIMIT, check_keyvalues};
use crate::multipart::Form;
use crate::{
    Error, ErrorKind, FileUpload, FolderUpload, Network, Receipt, Route, UploadOptions, Uploads,
};

#[async_trait]
impl Uploads for Pinata {
    async fn file(&self, file: FileUpload) -> Result<Receipt, Error> {
        let size = file.source.size();
        check(&file.options, size)?;
        if file.cancel.is_cancelled() {
            return Err(Error::unsent(ErrorKind::Cancelled));
        }
        match self.upload_route(size, &file.options).await? {
            Route::V3Multipart => self.v3_upload(&file).await,
            Route::LegacyMultipart => {
                let mut form = Form::new(file.progress.clone());
                form.file("file", &file.file_name, file.source.clone());
                let name = file.options.name.as_deref().unwrap_or(&file.file_name);
                self.legacy_upload(form, name, &file.options, file.options.wrap, &file.cancel)
                    .await
            }
        }
    }

    async fn folder(&self, folder: FolderUpload) -> Result<Receipt, Error> {
        let size = folder
            .files
            .iter()
            .map(|(_, source)| source.size())
            .fold(0, u64::saturating_add);
        check(&folder.options, size)?;
        if folder.files.is_empty() {
            return Err(Error::refused(
                "EMPTY_FOLDER",
                "an empty folder cannot be sent to Pinata",
            ));
        }
        if folder.cancel.is_cancelled() {
            return Err(Error::unsent(ErrorKind::Cancelled));
        }
        self.legacy_route(&folder.options).await?;
        let root = segment(&folder.root_name);
        let mut form = Form::new(folder.progress.clone());
        for (path, source) in &folder.files {
            // One shared first segment makes it one folder; the segment itself is not part of the DAG.
            form.file(
                "file",
                &format!("{root}/{}", path.trim_start_matches('/')),
                source.clone(),
            );
        }
        let name = folder.options.name.as_deref().unwrap_or(&folder.root_name);
        self.legacy_upload(form, name, &folder.options, false, &folder.cancel)
            .await
    }

    fn route(&self, size: u64) -> Route {
        if size <= MULTIPART_LIMIT && self.scopes.get(Scope::FilesWrite) != Some(false) {
            Route::V3Multipart
        } else {
            Route::LegacyMultipart
        }
    }
}

impl Pinata {
    /// The way, with the scope for it known as far as it can be known without storing anything.
    async fn upload_route(&self, size: u64, options: &UploadOptions) -> Result<Route, Error> {
        let fits_v3 = size <= MULTIPART_LIMIT && !options.wrap;
        if fits_v3 && self.may(Scope::FilesWrite).await? != Some(false) {
            return Ok(Route::V3Multipart);
        }
        if fits_v3 && self.may(Scope::PinFile).await? == Some(false) {
            // Neither API takes it: the newer one's scope is the one to ask for.
            return Err(Scope::FilesWrite.missing());
        }
        if fits_v3 && options.network == Network::Private {
            return Err(Scope::FilesWrite.missing());
        }
        self.legacy_route(options).await?;
        Ok(Route::LegacyMultipart)
    }

    async fn legacy_route(&self, options: &UploadOptions) -> Result<(), Error> {
        if options.network == Network::Private {
            let why =
                "folders, wrapped files and files over 90 MiB can only go to the public network";
            return Err(Error::refused("PUBLIC_ONLY", why));
        }
        if self.may(Scope::PinFile).await? == Some(false) {
            return Err(Scope::PinFile.missing());
        }
        Ok(())
    }
}

/// What no route would take.
fn check(options: &UploadOptions, size: u64) -> Result<(), Error> {
    check_keyvalues(options.keyvalues.len())?;
    if size > UPLOAD_LIMIT {
        return Err(Error::unsent(ErrorKind::TooLarge));
    }
    Ok(())
}

/// A folder's name as one path segment.
fn segment(name: &str) -> String {
    let name = name.replace('/', "_");
    if matches!(name.as_str(), "" | "." | "..") {
        "folder".to_owned()
    } else {
        name
    }
}
