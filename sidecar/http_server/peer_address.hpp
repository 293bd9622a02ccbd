// Where a connection comes from.
#pragma once

#include <sys/socket.h>

namespace telltale {

/// The peer is this machine: a Unix socket, 127.0.0.0/8, ::1, or an IPv4 loopback address seen through IPv6.
bool is_loopback(const sockaddr_storage&);

}  // namespace telltale
