// epoll around connections that ask and wait for whole answers.
#include "client.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace load {
namespace {

constexpr auto patience = std::chrono::seconds(10);

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

client::client(options asked) : asked_(std::move(asked)), request_(request_text(asked_)), buffer_(1 << 20) {
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0) fail("epoll_create1");
  microseconds_.reserve(asked_.requests);
  for (int i = 0; i < asked_.connections; ++i) free_.push_back(&connections_.emplace_back());
}

client::~client() {
  for (auto& c : connections_)
    if (c.fd >= 0) ::close(c.fd);
  ::close(epoll_);
}

void client::run() {
  begin_ = last_answer_ = clock::now();
  while (microseconds_.size() < asked_.requests) {
    start_due();
    wait();
  }
}

/// Without a rate every free connection asks; with one, as many as are due, on new connections if none is free.
void client::start_due() {
  while (started_ < asked_.requests) {
    if (asked_.rate > 0) {
      const std::chrono::duration<double> at(static_cast<double>(started_) / asked_.rate);
      if (clock::now() - begin_ < at) return;
      if (free_.empty()) free_.push_back(&connections_.emplace_back());
    }
    if (free_.empty()) return;
    auto* c = free_.back();
    free_.pop_back();
    ++started_;
    ask(*c);
  }
}

void client::open(connection& c) {
  c.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c.fd < 0) fail("socket");
  const int on = 1;
  ::setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(asked_.port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(c.fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 && errno != EINPROGRESS) fail("connect");
  epoll_event want{};
  want.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  want.data.ptr = &c;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, c.fd, &want) != 0) fail("epoll_ctl");
}

void client::ask(connection& c) {
  c.start = clock::now();
  c.reply.clear();
  c.sent = 0;
  c.asked = true;
  if (c.fd < 0) open(c);
  send(c);  // on loopback the connection is established when connect returns
}

void client::send(connection& c) {
  while (c.sent < request_.size()) {
    const auto n = ::send(c.fd, request_.data() + c.sent, request_.size() - c.sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) fail("send");
    c.sent += static_cast<std::size_t>(n);
  }
}

void client::receive(connection& c) {
  for (;;) {
    const auto n = ::recv(c.fd, buffer_.data(), buffer_.size(), 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) fail("recv");
    if (!c.asked) {
      if (n > 0) throw std::runtime_error("bytes that nobody asked for");
      return close(c);
    }
    const auto got = n == 0 ? c.reply.closed() : c.reply.take({buffer_.data(), static_cast<std::size_t>(n)});
    if (got == answer::progress::broken) throw std::runtime_error("not a whole HTTP answer");
    if (got == answer::progress::complete) {
      if (n == 0) close(c);
      return answered(c);
    }
  }
}

void client::answered(connection& c) {
  last_answer_ = clock::now();
  microseconds_.push_back(std::chrono::duration<double, std::micro>(last_answer_ - c.start).count());
  if (c.reply.status() != 200) throw std::runtime_error("status " + std::to_string(c.reply.status()));
  if (c.reply.body_bytes() == 0) throw std::runtime_error("an empty answer");
  body_bytes_ = c.reply.body_bytes();
  c.asked = false;
  if (c.fd >= 0 && (asked_.fresh || c.reply.closes())) close(c);
  free_.push_back(&c);
}

void client::close(connection& c) {
  ::close(c.fd);
  c.fd = -1;
}

void client::wait() {
  if (microseconds_.size() == asked_.requests) return;
  timespec limit{0, 100'000'000};
  if (asked_.rate > 0 && started_ < asked_.requests) {
    const std::chrono::duration<double> at(static_cast<double>(started_) / asked_.rate);
    const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(at - (clock::now() - begin_)).count();
    limit.tv_nsec = std::clamp<long>(left, 0, limit.tv_nsec);
  }
  std::array<epoll_event, 64> events;
  const int n = ::epoll_pwait2(epoll_, events.data(), events.size(), &limit, nullptr);
  if (n < 0 && errno != EINTR) fail("epoll_pwait2");
  for (int i = 0; i < n; ++i) {
    auto& c = *static_cast<connection*>(events[i].data.ptr);
    if (c.fd < 0) continue;
    if (c.sent < request_.size()) send(c);
    receive(c);
  }
  if (clock::now() - last_answer_ > patience) throw std::runtime_error("no answer for 10 s");
}

}  // namespace load
