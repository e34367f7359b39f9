//! The calls of the service, named: what a fault is aimed at and what a scope is asked for.

use crate::auth::Need;
use axum::http::{HeaderMap, Method};

/// One call of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Route {
    /// In a fault: every call. Never the route of a request.
    Any,
    /// `GET /data/testAuthentication`
    TestAuthentication,
    /// `POST /pinning/pinFileToIPFS`
    PinFile,
    /// `GET /data/pinList`
    PinList,
    /// `PUT /pinning/hashMetadata`
    HashMetadata,
    /// `DELETE /pinning/unpin/{cid}`
    Unpin,
    /// `GET /data/userPinnedDataTotal`
    DataTotal,
    /// `POST /v3/files`
    V3Upload,
    /// `POST /v3/files` with `Upload-Length`: a resumable upload begins
    TusCreate,
    /// `HEAD /v3/files/{upload}/{name}`
    TusHead,
    /// `PATCH /v3/files/{upload}/{name}`
    TusPatch,
    /// `DELETE /v3/files/{upload}/{name}`
    TusDelete,
    /// `GET /v3/files/{network}`
    V3List,
    /// `GET /v3/files/{network}/{id}`
    V3Get,
    /// `PUT /v3/files/{network}/{id}`
    V3Update,
    /// `DELETE /v3/files/{network}/{id}`
    V3Delete,
    /// `GET /ipfs/{cid}[/path]`, on either port
    Gateway,
    /// `GET /files/{cid}[/path]`, on either port
    PrivateFile,
    /// Anything else
    Other,
}

impl Route {
    /// The route of a request.
    pub(crate) fn of(method: &Method, path: &str, headers: &HeaderMap) -> Self {
        let segments: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
        match (method.as_str(), segments.as_slice()) {
            ("GET", ["data", "testAuthentication"]) => Self::TestAuthentication,
            ("GET", ["data", "pinList"]) => Self::PinList,
            ("GET", ["data", "userPinnedDataTotal"]) => Self::DataTotal,
            ("POST", ["pinning", "pinFileToIPFS"]) => Self::PinFile,
            ("PUT", ["pinning", "hashMetadata"]) => Self::HashMetadata,
            ("DELETE", ["pinning", "unpin", _]) => Self::Unpin,
            ("POST", ["v3", "files"]) if crate::tus::begins(headers) => Self::TusCreate,
            ("POST", ["v3", "files"]) => Self::V3Upload,
            ("HEAD", ["v3", "files", _, _]) => Self::TusHead,
            ("PATCH", ["v3", "files", _, _]) => Self::TusPatch,
            ("DELETE", ["v3", "files", on, _]) if !matches!(*on, "public" | "private") => {
                Self::TusDelete
            }
            ("GET", ["v3", "files", _]) => Self::V3List,
            ("GET", ["v3", "files", _, _]) => Self::V3Get,
            ("PUT", ["v3", "files", _, _]) => Self::V3Update,
            ("DELETE", ["v3", "files", _, _]) => Self::V3Delete,
            ("GET" | "HEAD", ["ipfs", _, ..]) => Self::Gateway,
            ("GET" | "HEAD", ["files", _, ..]) => Self::PrivateFile,
            _ => Self::Other,
        }
    }

    pub(crate) fn need(self) -> Need {
        match self {
            Self::TestAuthentication => Need::Identity,
            Self::PinFile => Need::Legacy("pinFileToIPFS"),
            Self::PinList => Need::Legacy("pinList"),
            Self::HashMetadata => Need::Legacy("hashMetadata"),
            Self::Unpin => Need::Legacy("unpin"),
            Self::DataTotal => Need::Legacy("userPinnedDataTotal"),
            Self::V3List | Self::V3Get | Self::PrivateFile => Need::FilesRead,
            Self::V3Upload
            | Self::V3Update
            | Self::V3Delete
            | Self::TusCreate
            | Self::TusHead
            | Self::TusPatch
            | Self::TusDelete => Need::FilesWrite,
            Self::Any | Self::Gateway | Self::Other => Need::Nothing,
        }
    }

    pub(crate) fn is_v3(self) -> bool {
        matches!(self.need(), Need::FilesRead | Need::FilesWrite)
    }

    /// `/data/*` shares one rate limit of its own; the other API calls share another.
    pub(crate) fn is_data(self) -> bool {
        matches!(
            self,
            Self::TestAuthentication | Self::PinList | Self::DataTotal
        )
    }

    /// Whether the call belongs to the legacy API, whose answers carry rate-limit headers.
    pub(crate) fn is_legacy(self) -> bool {
        self.is_data() || matches!(self, Self::PinFile | Self::HashMetadata | Self::Unpin)
    }
}
