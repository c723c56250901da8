//! A picture of a person or a group, as large as it was sent.

use crate::logo::kind_of;

/// Bytes (graph-api.md §2.2).
pub const LARGEST: usize = 4 * 1024 * 1024;

#[derive(Clone, PartialEq, Eq)]
pub struct Photo {
    /// As it is served, whatever it was sent as.
    pub kind: &'static str,
    pub width: u32,
    pub height: u32,
    pub image: Vec<u8>,
}

/// Its bytes are nobody's to read.
impl std::fmt::Debug for Photo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Photo({}, {}x{}, {} bytes)", self.kind, self.width, self.height, self.image.len())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPhoto {
    TooLarge,
    /// Neither PNG nor JPEG nor GIF, or broken off.
    NoPicture,
}

impl Photo {
    pub fn of(image: &[u8]) -> Result<Photo, NoPhoto> {
        if image.len() > LARGEST {
            return Err(NoPhoto::TooLarge);
        }
        let kind = kind_of(image).ok_or(NoPhoto::NoPicture)?;
        let (width, height) = size(kind, image).filter(|size| *size != (0, 0)).ok_or(NoPhoto::NoPicture)?;
        Ok(Photo { kind, width, height, image: image.to_vec() })
    }

    /// `648x480`: by this a size is called.
    pub fn name(&self) -> String {
        format!("{}x{}", self.width, self.height)
    }
}

fn size(kind: &str, image: &[u8]) -> Option<(u32, u32)> {
    let big = |at: usize| Some(u32::from_be_bytes(image.get(at..at + 4)?.try_into().ok()?));
    let little = |at: usize| Some(u32::from(u16::from_le_bytes(image.get(at..at + 2)?.try_into().ok()?)));
    match kind {
        "image/png" => Some((big(16)?, big(20)?)),
        "image/gif" => Some((little(6)?, little(8)?)),
        _ => of_jpeg(image),
    }
}

/// The frame's header is behind segments of other kinds, each of which says how long it is (ITU-T T.81 §B.2.2).
fn of_jpeg(image: &[u8]) -> Option<(u32, u32)> {
    let word = |at: usize| Some(usize::from(u16::from_be_bytes(image.get(at..at + 2)?.try_into().ok()?)));
    let mut at = 2;
    loop {
        let [0xff, marker] = *image.get(at..at + 2)? else { return None };
        let is_frame = (0xc0..=0xcf).contains(&marker) && ![0xc4, 0xc8, 0xcc].contains(&marker);
        if is_frame {
            let size = (word(at + 7)?, word(at + 5)?);
            return Some((u32::try_from(size.0).ok()?, u32::try_from(size.1).ok()?));
        }
        // What is between is passed over whole; a length below its own two bytes would never end.
        at += 2 + word(at + 2).filter(|length| *length >= 2)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x88\0\0\x01\xe0\x08\x02";
    const GIF: &[u8] = b"GIF89a\x40\x01\xf0\0";
    const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x04JF\xff\xc0\0\x11\x08\x01\xe0\x02\x88\x03";

    #[test]
    fn a_photo_is_as_large_as_its_bytes_say() {
        for (image, kind, name) in
            [(PNG, "image/png", "648x480"), (GIF, "image/gif", "320x240"), (JPEG, "image/jpeg", "648x480")]
        {
            let photo = Photo::of(image).expect("a picture");
            assert_eq!((photo.kind, photo.name().as_str()), (kind, name));
        }
    }

    #[test]
    fn what_is_no_picture_or_breaks_off_is_refused() {
        for bad in [
            &b""[..],
            b"<svg/>",
            b"GIF89a",
            &PNG[..20],
            &JPEG[..12],
            b"\xff\xd8\xff\xe0\0\0",
            b"\xff\xd8\xff\xe0\0\x01",
        ] {
            assert_eq!(Photo::of(bad).map(|photo| photo.name()), Err(NoPhoto::NoPicture), "{bad:?}");
        }
        let mut large = GIF.to_vec();
        large.resize(LARGEST + 1, 0);
        assert_eq!(Photo::of(&large), Err(NoPhoto::TooLarge));
    }
}
