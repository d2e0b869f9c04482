//! curl, wget and CPython's client on static files: what they resume, revalidate and mirror is what lies on the disk.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use http_server::files::{ArchiveFormat, Uploads};
use http_server::{Server, ServerHandle, StaticFiles};
use support::{peer, python};

/// A folder that is served, and one to put things into.
pub(crate) struct Site {
    server: ServerHandle,
    folder: tempfile::TempDir,
    work: tempfile::TempDir,
}

impl Site {
    /// Serves what `fill` puts into the folder.
    pub(crate) fn start(fill: impl Fn(&Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fill(folder.path());
        let files =
            StaticFiles::new(folder.path()).unwrap().archives(ArchiveFormat::ALL).uploads(Uploads::new());
        let server = Server::bind("127.0.0.1:0").unwrap().serve(files).unwrap();
        Self { server, folder, work: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.addresses()[0])
    }

    fn work(&self, name: &str) -> String {
        self.work.path().join(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn stop(self) {
        let report = self.server.shutdown(Duration::from_secs(10));
        assert_eq!(report.cut, 0, "{report:?}");
    }
}

/// Content in which every place is different from its neighbours.
fn noise(bytes: u32) -> Vec<u8> {
    (0..bytes).map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect()
}

/// A time long past.
fn old_time() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777)
}

/// Writes a file whose time is long past.
fn write_old(path: &Path, content: impl AsRef<[u8]>) {
    fs::write(path, content).unwrap();
    fs::File::options().write(true).open(path).unwrap().set_modified(old_time()).unwrap();
}

fn curl(arguments: &[&str]) -> String {
    let mut command = Command::new("curl");
    command.args(["--disable", "--silent", "--show-error", "--max-time", "60", "--noproxy", "*"]);
    peer::run(command.args(arguments), b"").unwrap().trim_end().to_owned()
}

#[test]
fn curl_resumes_a_download() {
    let content = noise(3 << 20);
    let site = Site::start(|folder| write_old(&folder.join("big.bin"), &content));
    let partial = site.work("big.bin");
    fs::write(&partial, &content[..1_234_567]).unwrap();
    let said = curl(&[
        "--continue-at",
        "-",
        "--write-out",
        "%{http_code} %{size_download}",
        "--output",
        &partial,
        &site.url("/big.bin"),
    ]);
    assert_eq!(said, format!("206 {}", content.len() - 1_234_567));
    assert!(fs::read(&partial).unwrap() == content, "the whole file");
    site.stop();
}

#[test]
fn curl_gets_several_ranges_at_once() {
    let content = noise(100_000);
    let site = Site::start(|folder| write_old(&folder.join("a.bin"), &content));
    let output = site.work("parts");
    let said = curl(&[
        "--range",
        "0-9,50000-50009",
        "--write-out",
        "%{http_code} %{content_type}",
        "--output",
        &output,
        &site.url("/a.bin"),
    ]);
    assert!(said.starts_with("206 multipart/byteranges; boundary="), "{said}");
    let parts = fs::read(&output).unwrap();
    let has = |wanted: &[u8]| parts.windows(wanted.len()).any(|window| window == wanted);
    assert!(has(&content[..10]) && has(&content[50_000..50_010]));
    site.stop();
}

#[test]
fn curl_does_not_load_again_what_has_not_changed() {
    let site = Site::start(|folder| write_old(&folder.join("a.txt"), "content"));
    let copy = site.work("a.txt");
    let tag = site.work("tag");
    let url = site.url("/a.txt");
    let code = ["--write-out", "%{http_code}", "--output", &copy];
    assert_eq!(curl(&[&code[..], &["--remote-time", "--etag-save", &tag, &url]].concat()), "200");
    assert_eq!(curl(&[&code[..], &["--time-cond", &copy, &url]].concat()), "304");
    assert_eq!(curl(&[&code[..], &["--etag-compare", &tag, &url]].concat()), "304");
    fs::write(site.folder.path().join("a.txt"), "changed").unwrap();
    assert_eq!(curl(&[&code[..], &["--etag-compare", &tag, &url]].concat()), "200");
    assert_eq!(fs::read_to_string(&copy).unwrap(), "changed");
    site.stop();
}

#[test]
fn wget_mirrors_a_folder_through_its_listings() {
    let names = ["a.txt", "b c.txt", "deep/d#1.txt", "deep/er/ä?.txt", "deep/er/100%.txt", "x&y=z.txt"];
    let site = Site::start(|folder| {
        fs::create_dir_all(folder.join("deep/er")).unwrap();
        for name in names {
            write_old(&folder.join(name), name);
        }
    });
    let mirror = site.work("mirror");
    let mut wget = Command::new("wget");
    wget.args([
        "--no-config",
        "--no-proxy",
        "--quiet",
        "--recursive",
        "--level=9",
        "--no-parent",
        "--no-host-directories",
    ]);
    // Sorted listings and JSON are other forms of what is there.
    wget.args([
        "--reject-regex",
        "[?]",
        "--execute",
        "robots=off",
        "--restrict-file-names=nocontrol",
        "--directory-prefix",
        &mirror,
    ]);
    peer::run(wget.arg(site.url("/")), b"").unwrap();
    for name in names {
        let copy = Path::new(&mirror).join(name);
        assert_eq!(fs::read_to_string(&copy).unwrap_or_default(), name, "{}", copy.display());
    }
    site.stop();
}

#[test]
fn cpython_reads_files_listings_redirects_and_refusals() {
    let site = Site::start(|folder| {
        fs::create_dir(folder.join("sub")).unwrap();
        write_old(&folder.join("sub/ü.txt"), "text");
    });
    let script = r#"
import http.client, json, sys, urllib.request, urllib.parse
url = sys.argv[1]
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
listing = json.load(opener.open(url + "sub?format=json", timeout=60))
print(listing["path"], [entry["name"] for entry in listing["entries"]])
response = opener.open(url + "sub/" + listing["entries"][0]["href"], timeout=60)
print(response.status, response.read().decode(), response.headers.get_content_charset(), response.headers["Last-Modified"])
connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=60)
for method, path, headers in (
    ("HEAD", "/sub/%C3%BC.txt", {}),
    ("GET", "/sub/%C3%BC.txt", {"Range": "bytes=1-2"}),
    ("GET", "/sub/%C3%BC.txt", {"Range": "bytes=9-"}),
    ("GET", "/sub/%C3%BC.txt", {"If-Modified-Since": "Sun, 06 Nov 1994 08:49:37 GMT"}),
    ("GET", "/sub", {}),
    ("GET", "/%2e%2e/x", {}),
    ("DELETE", "/sub/", {}),
):
    connection.request(method, path, headers=headers)
    response = connection.getresponse()
    content = response.read()
    print(method, response.status, response.getheader("Content-Range"), response.getheader("Location"), response.getheader("Allow"), len(content) if response.status < 300 else "")
"#;
    let said = peer::run(python::script(script).arg(site.url("/")), b"").unwrap();
    assert_eq!(
        said,
        "/sub/ ['ü.txt']\n200 text utf-8 Sun, 06 Nov 1994 08:49:37 GMT\nHEAD 200 None None None 0\n\
         GET 206 bytes 1-2/4 None None 2\nGET 416 bytes */4 None None \nGET 304 None None None \n\
         GET 301 None sub/ None \nGET 404 None None None \nDELETE 405 None None GET, HEAD, OPTIONS, PUT, POST \n"
    );
    site.stop();
}

/// Folders have the time of what was put into them last.
fn make_folders_old(folder: &Path) {
    for name in ["sub/empty", "sub"] {
        fs::File::open(folder.join(name)).unwrap().set_modified(old_time()).unwrap();
    }
}

#[test]
fn cpython_unpacks_an_archive_while_it_comes() {
    let long = "long name ".repeat(20);
    let site = Site::start(|folder| {
        fs::create_dir_all(folder.join("sub/empty")).unwrap();
        for (name, content) in [("sub/a.txt", "a"), ("sub/ü.txt", "u"), (&format!("sub/{long}"), "long")] {
            write_old(&folder.join(name), content);
        }
        write_old(&folder.join("big"), noise(1_000_003));
        make_folders_old(folder);
    });
    let script = r#"
import sys, tarfile, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
response = opener.open(sys.argv[1] + "?archive=tar", timeout=60)
for member in tarfile.open(fileobj=response, mode="r|"):
    print(member.name, member.isdir(), member.size, int(member.mtime))
"#;
    let said = peer::run(python::script(script).arg(site.url("/")), b"").unwrap();
    let time = 784_111_777;
    assert_eq!(
        said,
        format!(
            "files True 0 {time}\nfiles/big False 1000003 {time}\nfiles/sub True 0 {time}\n\
             files/sub/a.txt False 1 {time}\nfiles/sub/{long} False 4 {time}\n\
             files/sub/ü.txt False 1 {time}\nfiles/sub/empty True 0 {time}\n"
        )
    );
    site.stop();
}

#[test]
fn unzip_and_cpython_unpack_a_zip_archive() {
    let content = noise(1_000_003);
    let site = Site::start(|folder| {
        fs::create_dir_all(folder.join("sub/empty")).unwrap();
        for (name, content) in [("sub/a.txt", "a"), ("sub/ü.txt", "u"), ("sub/nothing", "")] {
            write_old(&folder.join(name), content);
        }
        write_old(&folder.join("big"), &content);
        write_old(&folder.join("text.txt"), "all the same ".repeat(10_000));
        write_old(&folder.join("photo.jpg"), "all the same ".repeat(10_000));
        make_folders_old(folder);
    });
    let archive = site.work("all.zip");
    curl(&["--output", &archive, &site.url("/?archive=zip")]);
    let said = peer::run(Command::new("unzip").args(["-tq", &archive]), b"").unwrap();
    assert!(said.starts_with("No errors detected"), "{said}");
    let script = r#"
import sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
print(archive.testzip())
for member in archive.infolist():
    print(member.filename, member.is_dir(), member.file_size, member.compress_size < member.file_size / 50, member.date_time)
"#;
    let said = peer::run(python::script(script).arg(&archive), b"").unwrap();
    let time = "(1994, 11, 6, 8, 49, 36)";
    assert_eq!(
        said,
        format!(
            "None\nfiles/ True 0 False {time}\nfiles/big False 1000003 False {time}\n\
             files/photo.jpg False 130000 False {time}\nfiles/text.txt False 130000 True {time}\n\
             files/sub/ True 0 False {time}\nfiles/sub/a.txt False 1 False {time}\n\
             files/sub/nothing False 0 False {time}\nfiles/sub/ü.txt False 1 False {time}\n\
             files/sub/empty/ True 0 False {time}\n"
        )
    );
    let into = site.work("unzipped");
    peer::run(Command::new("unzip").args(["-q", &archive, "-d", &into]), b"").unwrap();
    let unzipped = Path::new(&into).join("files");
    assert!(fs::read(unzipped.join("big")).unwrap() == content);
    assert_eq!(fs::read_to_string(unzipped.join("sub/ü.txt")).unwrap(), "u");
    assert_eq!(fs::metadata(unzipped.join("big")).unwrap().modified().unwrap(), old_time());
    assert!(unzipped.join("sub/empty").is_dir());
    site.stop();
}

#[test]
fn curl_uploads_by_put_by_form_and_resumes() {
    let content = noise(3 << 20);
    let site = Site::start(|folder| fs::create_dir(folder.join("sub")).unwrap());
    let source = site.work("big.bin");
    fs::write(&source, &content).unwrap();
    let code = ["--output", "/dev/null", "--write-out", "%{http_code}"];
    let uploaded = |name: &str| fs::read(site.folder.path().join(name)).unwrap();
    assert_eq!(curl(&[&code[..], &["--upload-file", &source, &site.url("/sub/")]].concat()), "201");
    assert!(uploaded("sub/big.bin") == content, "put");
    let file = format!("file=@{source};filename=form.bin");
    assert_eq!(curl(&[&code[..], &["--form", &file, &site.url("/sub/")]].concat()), "201");
    assert!(uploaded("sub/form.bin") == content, "form");
    // The first piece, as it would be after a broken connection; then curl goes on where the server says.
    let (first, url) = (site.work("first"), site.url("/resumed.bin"));
    fs::write(&first, &content[..1_234_567]).unwrap();
    let range = format!("Content-Range: bytes 0-1234566/{}", content.len());
    assert_eq!(curl(&[&code[..], &["--header", &range, "--upload-file", &first, &url]].concat()), "202");
    let question = format!("Content-Range: bytes */{}", content.len());
    let offset =
        curl(&["--request", "PUT", "--header", &question, "--write-out", "%header{upload-offset}", &url]);
    assert_eq!(offset, "1234567");
    let resume = ["--upload-file", &source, "--continue-at", &offset, &url];
    assert_eq!(curl(&[&code[..], &resume].concat()), "201");
    assert!(uploaded("resumed.bin") == content, "resumed");
    site.stop();
}
