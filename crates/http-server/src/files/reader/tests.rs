//! Two readers of one descriptor.

use super::FileReader;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::sync::Arc;

#[test]
fn readers_of_one_descriptor_do_not_move_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, "0123456789").unwrap();
    let file = Arc::new(File::open(&path).unwrap());
    let (mut one, mut other) = (FileReader::new(Arc::clone(&file)), FileReader::new(file));
    let mut three = [0; 3];
    one.read_exact(&mut three).unwrap();
    assert_eq!(&three, b"012");
    assert_eq!(other.seek(SeekFrom::End(-4)).unwrap(), 6);
    other.read_exact(&mut three).unwrap();
    assert_eq!(&three, b"678");
    assert_eq!(one.seek(SeekFrom::Current(1)).unwrap(), 4);
    one.read_exact(&mut three).unwrap();
    assert_eq!(&three, b"456");
    assert_eq!(other.seek(SeekFrom::Start(9)).unwrap(), 9);
    assert_eq!(other.read(&mut three).unwrap(), 1);
    assert_eq!(other.read(&mut three).unwrap(), 0);
    assert!(one.seek(SeekFrom::Current(-8)).is_err());
}
