// Implements a query: the channel's options and the functions that c-ares calls.
#include "dns/query.hpp"

#include <ares.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <boost/asio/error.hpp>

namespace telltale::dns {

namespace asio = boost::asio;

/// c-ares knows of one server at 127.0.0.1, which stands for the one of the transport.
struct callbacks {
  static query& self(void* data) { return *static_cast<query*>(data); }

  static void note_error(query& q) {
    if (errno != EAGAIN && errno != EINPROGRESS) q.reply_.error.assign(errno, boost::system::system_category());
  }

  static int open(int, int type, int, void* data) {
    auto& q = self(data);
    const int fd = q.sockets_.open(type);
    if (fd < 0) return note_error(q), -1;
    q.reply_.heard = false;
    if (type != SOCK_STREAM) return fd;
    q.stream_ = fd;
    q.reply_.truncated = !q.question_.tcp;
    return fd;
  }

  static int connect(int fd, const sockaddr*, ares_socklen_t, void* data) {
    const int result = self(data).sockets_.connect(fd);
    if (result < 0) note_error(self(data));
    return result;
  }

  static ares_ssize_t send(int fd, const iovec* parts, int count, void* data) {
    const auto sent = self(data).sockets_.send(fd, {parts, static_cast<std::size_t>(count)});
    if (sent < 0) note_error(self(data));
    return sent;
  }

  static void set_sender(sockaddr* from, ares_socklen_t* size) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!from || *size < sizeof address) return;
    std::memcpy(from, &address, sizeof address);
    *size = sizeof address;
  }

  static ares_ssize_t receive(int fd, void* into, std::size_t size, int, sockaddr* from, ares_socklen_t* from_size,
                              void* data) {
    auto& q = self(data);
    if (q.received_ > most_received_bytes) {
      errno = EMSGSIZE;
      return note_error(q), -1;
    }
    const auto got = q.sockets_.receive(fd, {static_cast<char*>(into), size});
    set_sender(from, from_size);
    if (got < 0) note_error(q);
    if (got > 0) q.received_ += static_cast<std::size_t>(got);
    if (got > 0 || (got == 0 && fd != q.stream_)) q.reply_.heard = true;
    if (got != 0) return got;
    // A datagram may be empty, and a message over TCP may have the length 0: neither is the end of a connection.
    if (fd == q.stream_ && size > 0) return q.reply_.error = asio::error::eof, 0;
    errno = fd == q.stream_ ? EMSGSIZE : EAGAIN;
    return note_error(q), -1;
  }

  static int close(int fd, void* data) {
    auto& q = self(data);
    if (fd == q.stream_) q.stream_ = -1;
    q.sockets_.close(fd);
    return 0;
  }

  static void watch(void* data, int fd, int readable, int writable) {
    self(data).sockets_.watch(fd, readable != 0, writable != 0);
  }

  static void end(void* data, int status, int, unsigned char* bytes, int size) {
    auto& q = self(data);
    q.ended_ = true;
    q.reply_.took = std::chrono::steady_clock::now() - q.begin_;
    if (bytes) q.reply_.message.assign(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    if (status == ARES_ETIMEOUT || bytes) q.reply_.error = {};
  }

  static constexpr ares_socket_functions functions{open, close, connect, receive, send};
};

namespace {

/// Every setting is given, so that c-ares reads neither /etc/resolv.conf nor the host's name.
ares_channeldata* make_channel(query* self, const question& what, std::chrono::milliseconds budget) {
  static const int library = ares_library_init(ARES_LIB_INIT_ALL);
  in_addr server{htonl(INADDR_LOOPBACK)};
  char lookups[] = "b";
  ares_options options{};
  // Responses such as SERVFAIL are answers too.
  options.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_NOSEARCH | (what.tcp ? ARES_FLAG_USEVC : 0);
  // Half of the time is left for a datagram that was lost, or for TCP. Over TCP nothing is sent twice.
  options.timeout = static_cast<int>(what.tcp ? budget.count() : (budget.count() + 1) / 2);
  options.tries = 2;
  options.servers = &server;
  options.nservers = 1;
  options.lookups = lookups;
  options.sock_state_cb = callbacks::watch;
  options.sock_state_cb_data = self;
  constexpr int given = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS | ARES_OPT_SERVERS |
                        ARES_OPT_DOMAINS | ARES_OPT_LOOKUPS | ARES_OPT_SORTLIST | ARES_OPT_SOCK_STATE_CB |
                        ARES_OPT_NOROTATE;
  ares_channel out = nullptr;
  const int status = library != ARES_SUCCESS ? library : ares_init_options(&out, &options, given);
  if (status != ARES_SUCCESS) throw std::runtime_error(ares_strerror(status));
  ares_set_socket_functions(out, &callbacks::functions, self);
  return out;
}

}  // namespace

void query::closer::operator()(ares_channeldata* channel) const { ares_destroy(channel); }

query::query(const question& what, transport& sockets, std::chrono::milliseconds budget)
    : question_(what), sockets_(sockets), channel_(make_channel(this, what, budget)) {}

query::~query() = default;

reply query::result() const {
  auto out = reply_;
  if (!ended_) out.error = {};  // that of an earlier attempt
  return out;
}

void query::start() {
  ares_query(channel_.get(), question_.name.c_str(), ns_c_in, code_of(question_.record), callbacks::end, this);
}

void query::readable(int fd) { ares_process_fd(channel_.get(), fd, ARES_SOCKET_BAD); }

void query::writable(int fd) { ares_process_fd(channel_.get(), ARES_SOCKET_BAD, fd); }

void query::tick() { ares_process_fd(channel_.get(), ARES_SOCKET_BAD, ARES_SOCKET_BAD); }

std::optional<std::chrono::milliseconds> query::next_tick() const {
  timeval left{};
  if (!ares_timeout(channel_.get(), nullptr, &left)) return std::nullopt;
  // Rounded down by c-ares.
  return std::chrono::seconds(left.tv_sec) + std::chrono::milliseconds(left.tv_usec / 1000 + 1);
}

}  // namespace telltale::dns
