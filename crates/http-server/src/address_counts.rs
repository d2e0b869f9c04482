//! How many connections each client has: an address, or a network of IPv6 addresses.

use crate::networks::client_network;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts connections by what [`client_network`] makes of addresses.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addresses(Arc<Mutex<HashMap<IpAddr, usize>>>);

impl Addresses {
    /// Counts one more connection of the client at `address`, unless it has `max` already.
    pub(crate) fn hold(&self, address: IpAddr, max: usize) -> Option<Held> {
        let address = client_network(address);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if *count >= max {
            return None;
        }
        *count += 1;
        Some(Held { addresses: self.clone(), address })
    }
}

/// One connection's part in the count, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    addresses: Addresses,
    address: IpAddr,
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut counts = self.addresses.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests;
