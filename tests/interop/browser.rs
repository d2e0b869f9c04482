//! Chromium on the listing of a folder: it sorts, filters, follows links, loads files with hostile names, uploads a film and
//! plays it and a sound by ranges, driven by a page in the folder itself; and on pages that load anew. Screenshots are left for people to look at.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::channel;

use http_server::files::Uploads;
use http_server::{Handler, HandlerError, Method, Request, Response, Server, StaticFiles, StatusCode};
use support::peer;

use crate::files::Site;

/// Drives the listing in a frame and reports what it saw, one line for each thing.
const DRIVER: &str = r#"<!DOCTYPE html><meta charset="utf-8"><title>driver</title><body><script>
const said = [], frame = document.createElement("iframe");
frame.width = 900; frame.height = 600;
const page = () => frame.contentDocument;
const arrives = action => new Promise(done => { frame.onload = done; action(); });
const rows = () => [...page().querySelectorAll("tbody tr:not(.up, [hidden])")];
const named = row => row.querySelector("bdi").textContent;
const names = () => rows().map(named).join("|");
const link = name => rows().find(row => named(row) === name).querySelector("a");
const type = (box, text) => { box.value = text; box.dispatchEvent(new frame.contentWindow.Event("input")); };
const press = (target, key) =>
  target.dispatchEvent(new frame.contentWindow.KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
const drive = async () => {
  document.body.append(frame);
  await arrives(() => frame.src = "/shown/");
  said.push("names " + names());
  said.push("time " + (page().querySelector("time").textContent !== page().querySelector("time").dateTime));
  const box = page().querySelector("input[type=search]"), none = page().getElementById("none");
  press(page().body, "/");
  said.push("focus " + (page().activeElement === box));
  type(box, "PHOTO");
  said.push("filtered " + names());
  press(box, "ArrowDown");
  said.push("arrow " + page().activeElement.textContent);
  type(box, "nowhere");
  said.push("none " + none.hidden + " " + none.textContent);
  press(box, "Escape");
  said.push("all " + (rows().length > 10 && none.hidden));
  await arrives(() => page().querySelector("th.size a").click());
  said.push("largest " + named(rows().find(row => !row.classList.contains("d"))));
  said.push("sorted " + page().querySelector("th.size").getAttribute("aria-sort"));
  await arrives(() => link("inner").click());
  said.push("inside " + page().querySelector("[aria-current]").textContent + " " + names());
  await arrives(() => page().querySelector("h1 a[href='../']").click());
  said.push("back " + frame.contentWindow.location.pathname);
  for (const name of ["\"><img src=x onerror=alert(1)>.txt", "a?b#c%d.txt"])
    said.push("hostile " + await (await fetch(link(name).href)).text());
  said.push("harmless " + (page().querySelector("img") === null && page().scripts.length === 1));
  const sound = new Audio(link("sound.wav").href);
  sound.muted = true;
  await new Promise((done, failed) => { sound.onloadedmetadata = done; sound.onerror = () => failed(new Error("no sound")); });
  await new Promise(done => { sound.onseeked = done; sound.currentTime = 50; });
  said.push("sound " + Math.round(sound.duration) + " " + Math.round(sound.currentTime));
  const film = await record(), made = await fetch("/shown/made.webm", { method: "PUT", body: film });
  said.push("uploaded " + made.status);
  const video = document.createElement("video");
  video.muted = true;
  video.src = "/shown/made.webm";
  await new Promise((done, failed) => { video.ontimeupdate = () => video.currentTime > 0.2 && done(); video.onerror = () => failed(new Error("no film")); video.play(); });
  said.push("film " + video.videoWidth + "x" + video.videoHeight);
};
// A second of a square that changes its colour.
const record = () => new Promise(done => {
  const canvas = document.createElement("canvas"), pieces = [];
  canvas.width = 160; canvas.height = 90;
  const draw = () => { const pen = canvas.getContext("2d"); pen.fillStyle = "hsl(" + Date.now() % 360 + " 80% 50%)"; pen.fillRect(0, 0, 160, 90); };
  const drawing = setInterval(draw, 20), recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: "video/webm" });
  recorder.ondataavailable = event => pieces.push(event.data);
  recorder.onstop = () => { clearInterval(drawing); done(new Blob(pieces, { type: "video/webm" })); };
  draw(); recorder.start(); setTimeout(() => recorder.stop(), 1000);
});
drive().catch(error => said.push("failed " + error)).finally(() => fetch("/said", { method: "POST", body: said.join("\n") }));
</script></body>"#;

/// A window of Chromium is never as narrow as a telephone; a frame in it can be.
const PHONE: &str = "<!DOCTYPE html><meta name=color-scheme content='light dark'><style>body{margin:0}\
    iframe{border:0;width:390px;height:844px}</style><iframe src=/shown/></iframe>";

fn fill(root: &Path) {
    fs::write(root.join("driver.html"), DRIVER).unwrap();
    fs::write(root.join("phone.html"), PHONE).unwrap();
    let shown = root.join("shown");
    fs::create_dir_all(shown.join("inner")).unwrap();
    fs::create_dir(shown.join("Музыка")).unwrap();
    for (name, bytes) in [
        ("photo10.jpg", 4_120_000),
        ("photo9.jpg", 2_380_000),
        ("README.md", 5_400),
        ("index.rs", 20_480),
        ("site.css", 900),
        ("archive.tar.gz", 731_000),
        ("report 2026, final.pdf", 88_000),
        ("film.webm", 9_800_000),
        ("LICENSE", 1_080),
        ("a name so long that it has to be broken somewhere on the narrow screen of a telephone.txt", 12),
        ("font.woff2", 48_000),
    ] {
        fs::File::create(shown.join(name)).unwrap().set_len(bytes).unwrap();
    }
    for name in ["\"><img src=x onerror=alert(1)>.txt", "a?b#c%d.txt"] {
        fs::write(shown.join(name), "found").unwrap();
    }
    fs::write(shown.join("inner/file.txt"), "").unwrap();
    fs::write(shown.join("sound.wav"), silence(60)).unwrap();
}

/// A minute of silence is half a megabyte: enough that a browser asks for ranges.
fn silence(seconds: u32) -> Vec<u8> {
    let data_bytes = seconds * 8000;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + data_bytes).to_le_bytes());
    file.extend(b"WAVEfmt ");
    for (bytes, number) in [(4, 16_u32), (2, 1), (2, 1), (4, 8000), (4, 8000), (2, 1), (2, 8)] {
        file.extend(&number.to_le_bytes()[..bytes]);
    }
    file.extend(b"data");
    file.extend(data_bytes.to_le_bytes());
    file.resize(file.len() + data_bytes as usize, 128);
    file
}

/// Chromium without a screen, with a profile that is gone afterwards.
fn chromium(profile: &Path) -> Command {
    let mut command = Command::new("chromium");
    command.args([
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
    ]);
    command.args(["--disable-component-update", "--disable-sync", "--no-proxy-server", "--hide-scrollbars"]);
    command.arg(format!("--user-data-dir={}", profile.display()));
    command
}

#[test]
fn chromium_uses_the_listing_as_a_person_does() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    let files = StaticFiles::new(folder.path()).unwrap().uploads(Uploads::new());
    let (report, reported) = channel();
    let driven = move |request: &mut Request<'_>| -> Result<Response, HandlerError> {
        if *request.method() != Method::POST {
            return files.handle(request);
        }
        report.send(request.read_to_string(64 << 10)?)?;
        Ok(Response::new(StatusCode::NO_CONTENT))
    };
    let server = Server::bind("127.0.0.1:0").unwrap().serve(driven).unwrap();
    let profile = tempfile::tempdir().unwrap();
    let mut browser = chromium(profile.path());
    browser.args(["--autoplay-policy=no-user-gesture-required", "--remote-debugging-port=0"]);
    let browser = browser.arg(format!("http://{}/driver.html", server.addresses()[0]));
    let browser = peer::Peer::start(browser, b"").unwrap();
    let said = reported.recv_timeout(peer::PATIENCE).unwrap_or_else(|_| panic!("{}", browser.complaints()));
    drop(browser);
    let lines: Vec<&str> = said.lines().collect();
    let names = "names inner|Музыка|\"><img src=x onerror=alert(1)>.txt|\
        a name so long that it has to be broken somewhere on the narrow screen of a telephone.txt|a?b#c%d.txt|archive.tar.gz|\
        film.webm|font.woff2|index.rs|LICENSE|photo9.jpg|photo10.jpg|README.md|report 2026, final.pdf|site.css|sound.wav";
    let wanted = [
        names,
        "time true",
        "focus true",
        "filtered photo9.jpg|photo10.jpg",
        "arrow photo9.jpg",
        "none false Nothing matches",
        "all true",
        "largest film.webm",
        "sorted descending",
        "inside inner file.txt",
        "back /shown/",
        "hostile found",
        "hostile found",
        "harmless true",
        "sound 60 50",
        "uploaded 201",
        "film 160x90",
    ];
    assert_eq!(lines, wanted);
}

#[test]
fn screenshots_show_the_listing_in_light_in_dark_and_on_a_telephone() {
    let site = Site::start(fill);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("listing");
    fs::create_dir_all(&folder).unwrap();
    for (name, page, size, dark) in [
        ("light", "/shown/", "1100,1150", false),
        ("dark", "/shown/", "1100,1150", true),
        ("phone", "/phone.html", "390,844", false),
        ("phone-dark", "/phone.html", "390,844", true),
    ] {
        let profile = tempfile::tempdir().unwrap();
        let picture = folder.join(format!("{name}.png"));
        let mut browser = chromium(profile.path());
        browser.arg(format!("--window-size={size}")).arg(format!("--screenshot={}", picture.display()));
        if dark {
            browser.arg("--blink-settings=preferredColorScheme=0");
        }
        drop(fs::remove_file(&picture));
        peer::run(browser.arg(site.url(page)), b"").unwrap();
        let bytes = fs::read(&picture).unwrap();
        assert!(bytes.starts_with(b"\x89PNG") && bytes.len() > 10_000, "{name}: {} bytes", bytes.len());
    }
    site.stop();
}

/// The command, where cargo has put it: beside the folder of this test.
fn http_server() -> Command {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    let program = folder.join("http-server").with_extension(std::env::consts::EXE_EXTENSION);
    assert!(program.exists(), "{} is not built: `cargo xtask interop` builds it", program.display());
    Command::new(program)
}

#[test]
fn a_page_that_is_watched_loads_anew_when_its_file_changes() {
    let (report, reported) = channel();
    let heard = move |request: &mut Request<'_>| -> Result<Response, HandlerError> {
        report.send(request.query().unwrap_or_default().to_owned())?;
        Ok(Response::new(StatusCode::NO_CONTENT))
    };
    let listener = Server::bind("127.0.0.1:0").unwrap().serve(heard).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let place = listener.addresses()[0];
    let write = |word: &str| {
        let page = format!("<!DOCTYPE html><title>{word}</title><img src='http://{place}/?{word}'>");
        fs::write(folder.path().join("page.html"), page).unwrap();
    };
    write("before");
    let mut command = http_server();
    command.args(["0", "-b", "127.0.0.1", "--live", "--quiet", "-d"]).arg(folder.path());
    let server = peer::Peer::start(&mut command, b"").unwrap();
    let line = server.line().unwrap();
    let url = line.split(['(', ')']).nth(1).unwrap();
    let profile = tempfile::tempdir().unwrap();
    let mut browser = chromium(profile.path());
    let browser = browser.arg("--remote-debugging-port=0").arg(format!("{url}page.html"));
    let browser = peer::Peer::start(browser, b"").unwrap();
    let hear =
        || reported.recv_timeout(peer::PATIENCE).unwrap_or_else(|_| panic!("{}", browser.complaints()));
    assert_eq!(hear(), "before");
    write("after that");
    assert_eq!(hear(), "after%20that");
    drop((browser, server));
    listener.shutdown(std::time::Duration::ZERO);
}
