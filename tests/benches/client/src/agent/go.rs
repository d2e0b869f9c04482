//! Go's client: a small program that is built when it is first wanted.

use std::process::Command;
use std::sync::OnceLock;

use crate::agent::elsewhere::{Elsewhere, left_out, works};
use crate::agent::tls::scratch;

const PROGRAM: &str = r#"package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

func number(text string) int {
	value, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	url, certificate, threads, each := os.Args[1], os.Args[2], number(os.Args[3]), number(os.Args[4])
	transport := &http.Transport{MaxIdleConnsPerHost: threads}
	if certificate != "" {
		pem, err := os.ReadFile(certificate)
		if err != nil {
			panic(err)
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(pem)
		transport.TLSClientConfig = &tls.Config{RootCAs: roots, ClientSessionCache: tls.NewLRUClientSessionCache(64)}
	}
	client := &http.Client{Transport: transport}
	work := func(times int) {
		block := make([]byte, 65536)
		for i := 0; i < times; i++ {
			answer, err := client.Get(url)
			if err != nil {
				panic(err)
			}
			if _, err := io.CopyBuffer(io.Discard, answer.Body, block); err != nil {
				panic(err)
			}
			answer.Body.Close()
		}
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		times := number(lines.Text()) * each
		start := time.Now()
		var all sync.WaitGroup
		for i := 0; i < threads; i++ {
			all.Add(1)
			go func() {
				work(times)
				all.Done()
			}()
		}
		all.Wait()
		fmt.Println(time.Since(start).Nanoseconds())
	}
}
"#;

/// Go's client, where a Go compiler is.
pub(crate) fn program() -> Option<Elsewhere> {
    static THERE: OnceLock<bool> = OnceLock::new();
    let is_there = *THERE.get_or_init(|| {
        let (source, built) = (scratch("client.go"), scratch("client-go"));
        let is_same = std::fs::read_to_string(&source).is_ok_and(|text| text == PROGRAM);
        if is_same && built.is_file() {
            return true;
        }
        std::fs::write(&source, PROGRAM).expect("the folder can be written to");
        let made = works(Command::new("go").arg("build").arg("-o").arg(built).arg(source));
        if !made {
            left_out("Go", "`go build` failed; it is in the package golang-go");
        }
        made
    });
    is_there.then_some(Elsewhere { name: "Go", command: || Command::new(scratch("client-go")) })
}
