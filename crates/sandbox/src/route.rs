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
    /// `POST /pinning/pinJSONToIPFS`
    PinJson,
    /// `POST /pinning/pinByHash`
    PinByHash,
    /// `GET /pinning/pinJobs`
    PinJobs,
    /// `GET /data/pinList`
    PinList,
    /// `PUT /pinning/hashMetadata`
    HashMetadata,
    /// `PUT /pinning/hashPinPolicy`
    HashPinPolicy,
    /// `PUT /pinning/userPinPolicy`
    UserPinPolicy,
    /// `DELETE /pinning/unpin/{cid}`
    Unpin,
    /// `GET /data/userPinnedDataTotal`
    DataTotal,
    /// `POST /users/generateApiKey`
    KeyCreate,
    /// `GET /users/apiKeys`
    KeyList,
    /// `PUT /users/revokeApiKey`
    KeyRevoke,
    /// `GET /groups` and `GET /groups/{id}`
    GroupRead,
    /// `POST /groups`, `PUT` and `DELETE` of `/groups/{id}` and `/groups/{id}/cids`
    GroupWrite,
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
    /// `POST /v3/files/sign`
    V3Sign,
    /// `POST /v3/files/{id}`: an upload to a signed URL, which needs no key
    V3SignedUpload,
    /// `GET /v3/files/{network}`
    V3List,
    /// `GET /v3/files/{network}/{id}`
    V3Get,
    /// `PUT /v3/files/{network}/{id}`
    V3Update,
    /// `DELETE /v3/files/{network}/{id}`
    V3Delete,
    /// `POST /v3/files/public/pin_by_cid`
    V3PinByCid,
    /// `GET /v3/files/public/pin_by_cid`
    V3Jobs,
    /// `DELETE /v3/files/public/pin_by_cid/{id}`
    V3JobCancel,
    /// `POST /v3/files/private/download_link`
    V3DownloadLink,
    /// `GET /v3/files/{network}/swap/{cid}` and `GET /v3/ipfs/swap/{cid}`
    V3SwapGet,
    /// `PUT` and `DELETE` of the same
    V3SwapChange,
    /// `GET /v3/files/{network}/signature/{cid}`
    V3SignatureGet,
    /// `POST` and `DELETE` of the same
    V3SignatureChange,
    /// `GET /v3/groups/{network}` and `GET /v3/groups/{network}/{id}`
    V3GroupRead,
    /// `POST`, `PUT` and `DELETE` below `/v3/groups/{network}`
    V3GroupWrite,
    /// `POST /v3/api_keys` and `POST /v3/pinata/keys`
    V3KeyCreate,
    /// `GET /v3/api_keys` and `GET /v3/pinata/keys`
    V3KeyList,
    /// `DELETE /v3/api_keys/{key}`, `PUT` and `DELETE` of `/v3/pinata/keys/{key}`
    V3KeyRevoke,
    /// `GET /v3/gateways`, `GET /v3/gateways/{id}` and `GET /v3/gateways/exists/{domain}`
    V3Gateways,
    /// `GET /psa/pins`
    PsaList,
    /// `POST /psa/pins`
    PsaAdd,
    /// `GET /psa/pins/{requestid}`
    PsaGet,
    /// `POST /psa/pins/{requestid}`
    PsaReplace,
    /// `DELETE /psa/pins/{requestid}`
    PsaRemove,
    /// `GET /ipfs/{cid}[/path]`, on either port
    Gateway,
    /// `GET /files/{cid}[/path]`, on either port
    PrivateFile,
    /// Anything else
    Other,
}

/// Which part of the service a call belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// The legacy API but `/data`.
    Legacy,
    /// `/data`, which has a rate limit of its own.
    Data,
    V3,
    /// The list of the pinning services API, which has a rate limit of its own.
    PsaList,
    Psa,
    /// Gateway and whatever is not there.
    Other,
}

impl Route {
    /// The route of a request.
    pub(crate) fn of(method: &Method, path: &str, headers: &HeaderMap) -> Self {
        let segments: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
        let method = match (method.as_str(), segments.as_slice()) {
            ("HEAD", ["v3", "files", _, _]) => "HEAD",
            // Whoever may not read may not ask how much there is to read.
            ("HEAD", _) => "GET",
            (method, _) => method,
        };
        match segments.as_slice() {
            ["v3", rest @ ..] => Self::v3(method, rest, headers),
            ["psa", rest @ ..] => Self::psa(method, rest),
            ["ipfs", _, ..] if method == "GET" => Self::Gateway,
            ["files", _, ..] if method == "GET" => Self::PrivateFile,
            segments => Self::legacy(method, segments),
        }
    }

    fn legacy(method: &str, segments: &[&str]) -> Self {
        match (method, segments) {
            ("GET", ["data", "testAuthentication"]) => Self::TestAuthentication,
            ("GET", ["data", "pinList"]) => Self::PinList,
            ("GET", ["data", "userPinnedDataTotal"]) => Self::DataTotal,
            ("POST", ["pinning", "pinFileToIPFS"]) => Self::PinFile,
            ("POST", ["pinning", "pinJSONToIPFS"]) => Self::PinJson,
            ("POST", ["pinning", "pinByHash"]) => Self::PinByHash,
            ("GET", ["pinning", "pinJobs"]) => Self::PinJobs,
            ("PUT", ["pinning", "hashMetadata"]) => Self::HashMetadata,
            ("PUT", ["pinning", "hashPinPolicy"]) => Self::HashPinPolicy,
            ("PUT", ["pinning", "userPinPolicy"]) => Self::UserPinPolicy,
            ("DELETE", ["pinning", "unpin", _]) => Self::Unpin,
            ("POST", ["users", "generateApiKey"]) => Self::KeyCreate,
            ("GET", ["users", "apiKeys"]) => Self::KeyList,
            ("PUT", ["users", "revokeApiKey"]) => Self::KeyRevoke,
            ("GET", ["groups"] | ["groups", _]) => Self::GroupRead,
            (_, ["groups", ..]) => Self::GroupWrite,
            _ => Self::Other,
        }
    }

    fn v3(method: &str, segments: &[&str], headers: &HeaderMap) -> Self {
        match (method, segments) {
            ("POST", ["files"]) if crate::tus::begins(headers) => Self::TusCreate,
            ("POST", ["files"]) => Self::V3Upload,
            ("POST", ["files", "sign"]) => Self::V3Sign,
            ("POST", ["files", _]) => Self::V3SignedUpload,
            ("POST", ["files", "public", "pin_by_cid"]) => Self::V3PinByCid,
            ("GET", ["files", "public", "pin_by_cid"]) => Self::V3Jobs,
            ("DELETE", ["files", "public", "pin_by_cid", _]) => Self::V3JobCancel,
            ("POST", ["files", "private", "download_link"]) => Self::V3DownloadLink,
            ("GET", ["files", _, "swap", _] | ["ipfs", "swap", _]) => Self::V3SwapGet,
            (_, ["files", _, "swap", _] | ["ipfs", "swap", _]) => Self::V3SwapChange,
            ("GET", ["files", _, "signature", _]) => Self::V3SignatureGet,
            (_, ["files", _, "signature", _]) => Self::V3SignatureChange,
            ("HEAD", ["files", _, _]) => Self::TusHead,
            ("PATCH", ["files", _, _]) => Self::TusPatch,
            ("DELETE", ["files", on, _]) if !matches!(*on, "public" | "private") => Self::TusDelete,
            ("GET", ["files", _]) => Self::V3List,
            ("GET", ["files", _, _]) => Self::V3Get,
            ("PUT", ["files", _, _]) => Self::V3Update,
            ("DELETE", ["files", _, _]) => Self::V3Delete,
            ("GET", ["groups", _] | ["groups", _, _]) => Self::V3GroupRead,
            (_, ["groups", _, ..]) => Self::V3GroupWrite,
            ("POST", ["api_keys"] | ["pinata", "keys"]) => Self::V3KeyCreate,
            ("GET", ["api_keys"] | ["pinata", "keys"]) => Self::V3KeyList,
            (_, ["api_keys", _] | ["pinata", "keys", _]) => Self::V3KeyRevoke,
            ("GET", ["gateways", ..] | ["ipfs", "gateways", ..]) => Self::V3Gateways,
            _ => Self::Other,
        }
    }

    fn psa(method: &str, segments: &[&str]) -> Self {
        match (method, segments) {
            ("GET", ["pins"]) => Self::PsaList,
            ("POST", ["pins"]) => Self::PsaAdd,
            ("GET", ["pins", _]) => Self::PsaGet,
            ("POST", ["pins", _]) => Self::PsaReplace,
            ("DELETE", ["pins", _]) => Self::PsaRemove,
            _ => Self::Other,
        }
    }

    pub(crate) fn need(self) -> Need {
        self.facts().1
    }

    pub(crate) fn family(self) -> Family {
        self.facts().0
    }

    /// The family of a call, and what its caller must be allowed. Scopes are those of the OpenAPI
    /// files; where these name none (keys and groups of the legacy API, the pinning services API),
    /// it is the scope of the nearest call that has one.
    fn facts(self) -> (Family, Need) {
        use Family::{Data, Legacy, Other, Psa, PsaList, V3};
        let read = |resource| (V3, Need::Read(resource));
        let write = |resource| (V3, Need::Write(resource));
        match self {
            Self::TestAuthentication => (Data, Need::Identity),
            Self::PinList => (Data, Need::Legacy("pinList")),
            Self::DataTotal => (Data, Need::Legacy("userPinnedDataTotal")),
            Self::PinFile => (Legacy, Need::Legacy("pinFileToIPFS")),
            Self::PinJson => (Legacy, Need::Legacy("pinJSONToIPFS")),
            Self::PinByHash => (Legacy, Need::Legacy("pinByHash")),
            Self::PinJobs => (Legacy, Need::Legacy("pinJobs")),
            Self::HashMetadata => (Legacy, Need::Legacy("hashMetadata")),
            Self::HashPinPolicy => (Legacy, Need::Legacy("hashPinPolicy")),
            Self::UserPinPolicy => (Legacy, Need::Legacy("userPinPolicy")),
            Self::Unpin => (Legacy, Need::Legacy("unpin")),
            Self::KeyCreate | Self::KeyList | Self::KeyRevoke => (Legacy, Need::Organisation),
            Self::GroupRead => (Legacy, Need::Read("groups")),
            Self::GroupWrite => (Legacy, Need::Write("groups")),
            Self::V3List | Self::V3Get | Self::V3Jobs | Self::V3SwapGet | Self::V3SignatureGet => {
                read("files")
            }
            Self::PrivateFile => (Other, Need::Read("files")),
            Self::V3Upload
            | Self::V3Update
            | Self::V3Delete
            | Self::V3Sign
            | Self::V3PinByCid
            | Self::V3JobCancel
            | Self::V3DownloadLink
            | Self::V3SwapChange
            | Self::V3SignatureChange
            | Self::TusCreate
            | Self::TusHead
            | Self::TusPatch
            | Self::TusDelete => write("files"),
            Self::V3GroupRead => read("groups"),
            Self::V3GroupWrite => write("groups"),
            Self::V3Gateways => read("gateways"),
            Self::V3KeyCreate | Self::V3KeyList | Self::V3KeyRevoke => (V3, Need::Organisation),
            Self::V3SignedUpload => (V3, Need::Nothing),
            Self::PsaList => (PsaList, Need::Legacy("pinList")),
            Self::PsaGet => (Psa, Need::Legacy("pinList")),
            Self::PsaAdd | Self::PsaReplace => (Psa, Need::Legacy("pinByHash")),
            Self::PsaRemove => (Psa, Need::Legacy("unpin")),
            Self::Any | Self::Gateway | Self::Other => (Other, Need::Nothing),
        }
    }
}
