//! Uploading: which way a file or folder takes, and what is refused before the first byte.

use std::collections::HashSet;

use async_trait::async_trait;

use super::legacy::pin_options;
use super::scopes::Scope;
use super::{MULTIPART_LIMIT, Pinata, UPLOAD_LIMIT, check_keyvalues};
use crate::multipart::Form;
use crate::{
    Error, ErrorKind, FileUpload, FolderUpload, JsonUpload, Network, Placement, Receipt, Route,
    UploadOptions, Uploads,
};

#[async_trait]
impl Uploads for Pinata {
    async fn file(&self, file: FileUpload) -> Result<Receipt, Error> {
        self.file_placed(file, &Placement::default()).await
    }

    async fn folder(&self, folder: FolderUpload) -> Result<Receipt, Error> {
        self.folder_placed(folder, &Placement::default()).await
    }

    async fn file_placed(&self, file: FileUpload, placement: &Placement) -> Result<Receipt, Error> {
        let size = file.source.size();
        check(&file.options, size)?;
        if file.cancel.is_cancelled() {
            return Err(Error::unsent(ErrorKind::Cancelled));
        }
        let route = self.upload_route(size, &file.options, placement).await?;
        match route {
            Route::V3Multipart => self.v3_upload(&file, placement).await,
            Route::LegacyMultipart => {
                let mut form = Form::new(file.progress.clone());
                form.file("file", &file.file_name, file.source.clone());
                let name = file.options.name.as_deref().unwrap_or(&file.file_name);
                let options = pin_options(file.options.cid_version, file.options.wrap, placement);
                self.legacy_upload(form, name, &file.options, &options, &file.cancel)
                    .await
            }
        }
    }

    async fn folder_placed(
        &self,
        folder: FolderUpload,
        placement: &Placement,
    ) -> Result<Receipt, Error> {
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
        check_paths(&folder)?;
        if folder.cancel.is_cancelled() {
            return Err(Error::unsent(ErrorKind::Cancelled));
        }
        self.legacy_route(&folder.options, placement).await?;
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
        let options = pin_options(folder.options.cid_version, false, placement);
        self.legacy_upload(form, name, &folder.options, &options, &folder.cancel)
            .await
    }

    async fn json(&self, json: JsonUpload) -> Result<Receipt, Error> {
        if self.rewrites_json().await? {
            return self.legacy_json_upload(&json).await;
        }
        let (file, placement) = json.into_file()?;
        self.file_placed(file, &placement).await
    }

    async fn rewrites_json(&self) -> Result<bool, Error> {
        Ok(self.may(Scope::FilesWrite).await? == Some(false)
            && self.may(Scope::PinFile).await? == Some(false)
            && self.may(Scope::PinJson).await? != Some(false))
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
    async fn upload_route(
        &self,
        size: u64,
        options: &UploadOptions,
        placement: &Placement,
    ) -> Result<Route, Error> {
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
        self.legacy_route(options, placement).await?;
        Ok(Route::LegacyMultipart)
    }

    async fn legacy_route(
        &self,
        options: &UploadOptions,
        placement: &Placement,
    ) -> Result<(), Error> {
        if placement.expires_at.is_some() {
            let why = "only single files of at most 90 MiB can expire, and only for a key with org:files:write";
            return Err(Error::refused("NO_EXPIRY", why));
        }
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

/// Two files of one path would become one, and a path that leads out of the folder none.
fn check_paths(folder: &FolderUpload) -> Result<(), Error> {
    let mut seen = HashSet::new();
    for (path, _) in &folder.files {
        let path = path.trim_start_matches('/');
        let odd = |name: &str| matches!(name, "" | "." | "..");
        if path.split('/').any(odd) {
            return Err(Error::refused("BAD_PATH", path));
        }
        if !seen.insert(path) {
            return Err(Error::refused("TWO_FILES_OF_ONE_PATH", path));
        }
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
