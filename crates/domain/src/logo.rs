//! An app's logo: a picture that a page can show beside the app's name.

/// Bytes (graph-api.md §2.5).
pub const LARGEST: usize = 100 * 1024;

/// What begins like one of these. Nothing that can hold a script: no SVG.
const KINDS: [(&[u8], &str); 4] = [
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// As it is served, whatever it was sent as.
    pub kind: &'static str,
    pub image: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoLogo {
    TooLarge,
    /// Neither PNG nor JPEG nor GIF.
    NoPicture,
}

/// What a picture is, by how it begins.
pub fn kind_of(image: &[u8]) -> Option<&'static str> {
    KINDS.iter().find(|(begins, _)| image.starts_with(begins)).map(|(_, kind)| *kind)
}

impl Logo {
    pub fn of(image: &[u8]) -> Result<Logo, NoLogo> {
        if image.len() > LARGEST {
            return Err(NoLogo::TooLarge);
        }
        let kind = kind_of(image).ok_or(NoLogo::NoPicture)?;
        Ok(Logo { kind, image: image.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logo_is_what_its_bytes_are() {
        assert_eq!(Logo::of(b"\x89PNG\r\n\x1a\nrest").map(|logo| logo.kind), Ok("image/png"));
        assert_eq!(Logo::of(b"\xff\xd8\xff\xe0rest").map(|logo| logo.kind), Ok("image/jpeg"));
        assert_eq!(Logo::of(b"GIF89a").map(|logo| logo.kind), Ok("image/gif"));
        for bad in [&b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..], b"", b"GIF", b"PK"] {
            assert_eq!(Logo::of(bad), Err(NoLogo::NoPicture));
        }
        let mut large = b"GIF89a".to_vec();
        large.resize(LARGEST + 1, 0);
        assert_eq!(Logo::of(&large), Err(NoLogo::TooLarge));
    }
}
