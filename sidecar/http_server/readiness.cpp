// Implements socket readiness with epoll.
#include "http_server/readiness.hpp"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>
#include <utility>

namespace telltale {
namespace {

constexpr int max_events_per_iteration = 64;  // then other handlers run
constexpr std::uint32_t reading = EPOLLIN | EPOLLRDHUP | EPOLLET;
constexpr std::uint32_t endings = EPOLLRDHUP | EPOLLHUP | EPOLLERR;

int new_set() {
  const int fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  return fd;
}

std::uint64_t key_of(std::uint32_t at, std::uint32_t turn) { return std::uint64_t{turn} << 32 | at; }
std::uint32_t place_of(std::uint64_t key) { return static_cast<std::uint32_t>(key); }

}  // namespace

readiness::readiness(boost::asio::io_context& loop) : set_(loop, new_set()) {}

readiness::registration readiness::add(int socket, std::shared_ptr<waiter> who) {
  if (vacant_.empty()) {
    // Reserves memory for every entry to become vacant, so that removing cannot fail.
    if (vacant_.capacity() <= places_.size()) vacant_.reserve(2 * places_.size() + 1);
    places_.emplace_back();
    vacant_.push_back(static_cast<std::uint32_t>(places_.size() - 1));
  }
  const auto at = vacant_.back();
  auto& here = places_[at];
  here.socket = socket;
  const auto key = key_of(at, here.turn);
  control(EPOLL_CTL_ADD, key, reading);
  here.who = std::move(who);
  vacant_.pop_back();
  registration out(*this, key);
  wait();
  return out;
}

void readiness::control(int operation, std::uint64_t key, std::uint32_t events) {
  epoll_event wanted{};
  wanted.events = events;
  wanted.data.u64 = key;
  if (::epoll_ctl(set_.native_handle(), operation, places_[place_of(key)].socket, &wanted) == 0) return;
  throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

readiness::place* readiness::find(std::uint64_t key) {
  auto& here = places_[place_of(key)];
  return here.who && key_of(place_of(key), here.turn) == key ? &here : nullptr;
}

// Closing a socket removes it from the kernel's set.
void readiness::forget(std::uint64_t key) {
  auto& here = places_[place_of(key)];
  const auto last_words = std::move(here.who);
  ++here.turn;
  vacant_.push_back(place_of(key));
  if (vacant_.size() < places_.size()) return;
  ++round_;
  waiting_ = false;
  boost::system::error_code ignored;
  set_.cancel(ignored);
}

void readiness::wait() {
  if (std::exchange(waiting_, true)) return;
  set_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                  [weak = weak_from_this(), round = round_](const boost::system::error_code&) {
                    const auto self = weak.lock();
                    if (self && self->round_ == round) self->tell(round);
                  });
}

void readiness::tell(std::uint32_t round) {
  std::array<epoll_event, max_events_per_iteration> news;
  const int n = ::epoll_wait(set_.native_handle(), news.data(), max_events_per_iteration, 0);
  for (int i = 0; i < n; ++i) {
    const auto& one = news[static_cast<std::size_t>(i)];
    const auto* here = find(one.data.u64);
    if (here == nullptr) continue;
    const auto who = here->who;
    who->ready((one.events & endings) != 0);
  }
  if (round_ != round) return;
  waiting_ = false;
  wait();
}

readiness::registration::registration(registration&& other) noexcept
    : set_(std::exchange(other.set_, nullptr)), key_(other.key_), writes_(other.writes_) {}

readiness::registration::~registration() {
  if (set_ != nullptr) set_->forget(key_);
}

void readiness::registration::write_too() {
  if (!std::exchange(writes_, true)) set_->control(EPOLL_CTL_MOD, key_, reading | EPOLLOUT);
}

}  // namespace telltale
