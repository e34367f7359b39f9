//! Which call a recording answers.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Test,
    PinList,
    Totals,
    PinFile,
    HashMetadata,
    Unpin,
    PinByHash,
    PinJobs,
    NewKey,
    Keys,
    NewGroup,
    Groups,
    Group,
    GroupEdit,
    GroupDelete,
    GroupAdd,
    GroupRemove,
    V3List,
    V3Get,
    V3Upload,
    V3Update,
    V3Delete,
    V3Cancel,
    V3NewKey,
    V3Keys,
    V3Revoke,
    V3NewGroup,
    V3Groups,
    V3Group,
    V3GroupEdit,
    V3GroupDelete,
    V3GroupAdd,
    V3GroupRemove,
    V3Gateways,
    V3Link,
    V3Traffic,
    V3Swap,
    V3Swaps,
    V3Unswap,
    PsaList,
    PsaGet,
    PsaAdd,
    PsaReplace,
    PsaRemove,
}

impl Call {
    /// `row`: the recording is one row of a list.
    pub(crate) fn of(verb: &str, url: &str, row: bool) -> Option<Self> {
        let address = url.split("://").nth(1)?.split('?').next()?;
        let segments: Vec<_> = address.split('/').skip(1).collect();
        if let Some(at) = segments.iter().position(|segment| *segment == "pins") {
            let one = segments.len() > at + 1;
            return Some(match (verb, one) {
                ("GET", false) if row => Self::PsaGet,
                ("GET", false) => Self::PsaList,
                ("GET", true) => Self::PsaGet,
                ("POST", false) => Self::PsaAdd,
                ("POST", true) => Self::PsaReplace,
                ("DELETE", true) => Self::PsaRemove,
                _ => return None,
            });
        }
        Some(match (verb, segments.as_slice()) {
            ("GET", ["data", "testAuthentication"]) => Self::Test,
            ("GET", ["data", "pinList"]) => Self::PinList,
            ("GET", ["data", "userPinnedDataTotal"]) => Self::Totals,
            ("POST", ["pinning", "pinByHash"]) => Self::PinByHash,
            // pinJSONToIPFS answers and refuses as pinFileToIPFS does.
            ("POST", ["pinning", ..]) => Self::PinFile,
            ("GET", ["pinning", "pinJobs"]) => Self::PinJobs,
            ("PUT", ["pinning", "hashMetadata"]) => Self::HashMetadata,
            ("DELETE", ["pinning", "unpin", _]) => Self::Unpin,
            ("POST", ["users", "generateApiKey"]) => Self::NewKey,
            ("GET", ["users", "apiKeys"]) => Self::Keys,
            ("POST", ["groups"]) => Self::NewGroup,
            ("GET", ["groups"]) => Self::Groups,
            ("GET", ["groups", _]) => Self::Group,
            ("PUT", ["groups", _]) => Self::GroupEdit,
            ("DELETE", ["groups", _]) => Self::GroupDelete,
            ("PUT", ["groups", _, "cids"]) => Self::GroupAdd,
            ("DELETE", ["groups", _, "cids"]) => Self::GroupRemove,
            (verb, ["v3", rest @ ..]) => return Self::of_v3(verb, rest),
            _ => return None,
        })
    }

    fn of_v3(verb: &str, segments: &[&str]) -> Option<Self> {
        Some(match (verb, segments) {
            ("DELETE", ["files", "public", "pin_by_cid", _]) => Self::V3Cancel,
            ("PUT", [_, .., "swap", _]) => Self::V3Swap,
            ("GET", [_, .., "swap", _]) => Self::V3Swaps,
            ("DELETE", [_, .., "swap", _]) => Self::V3Unswap,
            ("POST", ["files"] | ["files", "<signed>"]) => Self::V3Upload,
            ("POST", ["files", "private", "download_link"]) => Self::V3Link,
            ("GET", ["files", _]) => Self::V3List,
            ("GET", ["files", _, _]) => Self::V3Get,
            ("PUT", ["files", _, _]) => Self::V3Update,
            ("DELETE", ["files", _, _]) => Self::V3Delete,
            ("POST", ["api_keys"]) => Self::V3NewKey,
            ("GET", ["api_keys"]) => Self::V3Keys,
            ("DELETE", ["api_keys", _]) => Self::V3Revoke,
            ("POST", ["groups", _]) => Self::V3NewGroup,
            ("GET", ["groups", _]) => Self::V3Groups,
            ("GET", ["groups", _, _]) => Self::V3Group,
            ("PUT", ["groups", _, _]) => Self::V3GroupEdit,
            ("DELETE", ["groups", _, _]) => Self::V3GroupDelete,
            ("PUT", ["groups", _, _, "ids", _]) => Self::V3GroupAdd,
            ("DELETE", ["groups", _, _, "ids", _]) => Self::V3GroupRemove,
            ("GET", ["gateways"] | ["ipfs", "gateways"]) => Self::V3Gateways,
            ("GET", ["analytics", "gateways", "time_series"]) => Self::V3Traffic,
            _ => return None,
        })
    }

    pub(crate) fn is_psa(self) -> bool {
        matches!(
            self,
            Self::PsaList | Self::PsaGet | Self::PsaAdd | Self::PsaReplace | Self::PsaRemove
        )
    }

    pub(crate) fn is_v3(self) -> bool {
        format!("{self:?}").starts_with("V3")
    }
}
