//! Guides: one task each, from beginning to end, with code that is compiled and run by the tests.
//!
//! | guide | for whom |
//! | --- | --- |
//! | [`from_python`] | you know Python's `http` and look for its words here |
//! | [`patient_client`] | you call servers that you do not control |
//! | [`exposed_files`] | you serve a folder to the internet |
//! | [`behind_a_proxy`] | a load balancer or another server stands before yours |
//! | [`lasting_cookies`] | you set cookies and wonder why a browser drops them, or you keep cookies of others |
//! | [`offline_tests`] | you test code that speaks HTTP |

pub mod behind_a_proxy;
pub mod exposed_files;
pub mod from_python;
pub mod lasting_cookies;
pub mod offline_tests;
pub mod patient_client;
