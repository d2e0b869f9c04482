//! One request from the options of the command line.

use crate::fetch::options::GetOptions;
use crate::fetch::{Failure, cookies, output, trace};
use httpkit::Method;
use httpkit::client::TlsConfig;
use httpkit::client::client::{
    Body, Client, Multipart, Netrc, Part, Proxies, Proxy, Redirects, RequestBuilder, Retry, Timeouts,
};
use httpkit::cookiejar::SharedJar;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Makes the request and shows its answer.
pub(crate) fn run(options: &GetOptions) -> Result<(), Failure> {
    let (jar, by_hand) = cookies::for_request(options)?;
    let client = client(options, &jar)?;
    let body = body(options)?;
    let method = method(options, &body)?;
    let is_plain_get = output::is_plain_get(&method, !body.is_none());
    let request = request(options, client.request(method, url(options)).body(body), by_hand)?;
    let shown = output::show(options, request, is_plain_get);
    // Cookies that came are kept, whatever became of the content.
    if let Some(file) = &options.cookie_jar {
        cookies::save(&jar, file)?;
    }
    shown
}

fn client(options: &GetOptions, jar: &SharedJar) -> Result<Client, Failure> {
    let redirects = Redirects::follow(options.max_redirects).allow_downgrade(options.allow_downgrade);
    let retry = if options.retry > 0 { Retry::policy(options.retry) } else { Retry::default() };
    let mut builder = Client::builder()
        .redirects(redirects)
        .retry(retry)
        .timeouts(timeouts(options)?)
        .proxies(proxies(options)?)
        .cookies(Arc::new(jar.clone()));
    if let Some(name) = &options.user_agent {
        builder = builder.default_header("User-Agent", name);
    }
    if options.netrc {
        let netrc = Netrc::from_default_file().map_err(|error| Failure::usage(format!("{error}")))?;
        builder = builder.netrc(netrc);
    }
    let include = options.include || options.head;
    if include || options.timings {
        builder = builder.middleware(output::heads(include, options.timings));
    }
    if options.verbose {
        builder = builder.observer(trace::Trace);
    }
    if let Some(tls) = tls(options)? {
        builder = builder.tls(tls);
    }
    Ok(builder.build()?)
}

fn timeouts(options: &GetOptions) -> Result<Timeouts, Failure> {
    let Some(seconds) = options.timeout else { return Ok(Timeouts::DEFAULT) };
    let total = Duration::try_from_secs_f64(seconds)
        .map_err(|_| Failure::usage(format!("--timeout {seconds}: a number of seconds is needed")))?;
    Ok(Timeouts::DEFAULT.total(Some(total)))
}

fn proxies(options: &GetOptions) -> Result<Proxies, Failure> {
    match options.proxy.as_deref() {
        None => {
            Proxies::from_env().map_err(|error| Failure::usage(format!("the environment's proxy: {error}")))
        }
        Some("") => Ok(Proxies::none()),
        Some(text) => {
            Proxy::new(text).map(Proxies::all).map_err(|error| Failure::usage(format!("--proxy: {error}")))
        }
    }
}

fn tls(options: &GetOptions) -> Result<Option<TlsConfig>, Failure> {
    let builder = match &options.cacert {
        Some(path) => {
            let pem = std::fs::read(path).map_err(|error| Failure::file("read", path, error))?;
            let builder = TlsConfig::builder().without_mozilla_roots().roots_pem(pem);
            builder.map_err(|error| Failure::file("use", path, error))?
        }
        None if options.insecure => TlsConfig::builder().danger_accept_any_certificate(),
        None => return Ok(None),
    };
    builder.build().map(Some).map_err(|error| Failure::usage(format!("{error:#}")))
}

fn method(options: &GetOptions, body: &Body) -> Result<Method, Failure> {
    match &options.request {
        Some(name) => Method::from_bytes(name.as_bytes())
            .map_err(|_| Failure::usage(format!("--request {name}: not a method"))),
        None if options.head => Ok(Method::HEAD),
        None if body.is_none() => Ok(Method::GET),
        None => Ok(Method::POST),
    }
}

fn url(options: &GetOptions) -> String {
    match options.url.split_once("://") {
        Some(_) => options.url.clone(),
        None => format!("http://{}", options.url),
    }
}

fn request(
    options: &GetOptions,
    mut request: RequestBuilder,
    by_hand: Option<String>,
) -> Result<RequestBuilder, Failure> {
    for field in &options.header {
        let Some((name, value)) = field.split_once(':') else {
            return Err(Failure::usage(format!("--header {field:?}: 'Name: value' is needed")));
        };
        request = request.header(name, value.trim());
    }
    let names_accept = |field: &String| field.split(':').next().is_some_and(|name| is_named(name, "Accept"));
    if options.json.is_some() && !options.header.iter().any(names_accept) {
        request = request.header("Accept", "application/json");
    }
    if let Some(cookies) = by_hand {
        request = request.header("Cookie", cookies);
    }
    if let Some(user) = &options.user {
        let (user, password) = user.split_once(':').unwrap_or((user, ""));
        request = request.basic_auth(user, password);
    }
    #[cfg(unix)]
    if let Some(path) = &options.unix_socket {
        request = request.unix_socket(path);
    }
    Ok(request)
}

fn is_named(name: &str, wanted: &str) -> bool {
    name.trim().eq_ignore_ascii_case(wanted)
}

fn body(options: &GetOptions) -> Result<Body, Failure> {
    if let Some(text) = &options.json {
        return Ok(Body::bytes(data(text)?).with_content_type("application/json"));
    }
    if !options.form.is_empty() {
        let parts = options.form.iter().try_fold(Multipart::new(), |form, part| add_part(form, part))?;
        return Ok(parts.into());
    }
    if options.data.is_empty() {
        return Ok(Body::none());
    }
    let pieces: Vec<Vec<u8>> = options.data.iter().map(|text| data(text)).collect::<Result<_, _>>()?;
    Ok(Body::bytes(pieces.join(&b'&')).with_content_type("application/x-www-form-urlencoded"))
}

fn add_part(form: Multipart, part: &str) -> Result<Multipart, Failure> {
    let Some((name, value)) = part.split_once('=') else {
        return Err(Failure::usage(format!("--form {part:?}: name=value or name=@file is needed")));
    };
    // As in curl: `;type=` and `;filename=` behind a file's name.
    let Some(file) = value.strip_prefix('@') else { return Ok(form.text(name, value)) };
    let mut words = file.split(';');
    let path = words.next().unwrap_or_default();
    let mut part = Part::file(path).map_err(|error| Failure::file("read", Path::new(path), error))?;
    for word in words {
        part = match word.trim().split_once('=') {
            Some(("type", content_type)) => part.content_type(content_type),
            Some(("filename", name)) => part.file_name(name),
            _ => {
                let text =
                    format!("--form {value:?}: behind the file only ;type=TYPE and ;filename=NAME are known");
                return Err(Failure::usage(text));
            }
        };
    }
    Ok(form.part(name, part))
}

/// The text, or the content of the file that it names.
fn data(text: &str) -> Result<Vec<u8>, Failure> {
    match text.strip_prefix('@') {
        None => Ok(text.as_bytes().to_vec()),
        Some("-") => {
            let mut bytes = Vec::new();
            let read = std::io::stdin().lock().read_to_end(&mut bytes);
            read.map_err(|error| Failure::file("read", Path::new("standard input"), error))?;
            Ok(bytes)
        }
        Some(path) => std::fs::read(path).map_err(|error| Failure::file("read", Path::new(path), error)),
    }
}
