// Classifies the address of a client.
#pragma once

#include <sys/socket.h>

namespace telltale {

/// True when the client is on this machine: Unix socket, 127.0.0.0/8, ::1, or an IPv4-mapped loopback address.
bool is_loopback(const sockaddr_storage&);

}  // namespace telltale
