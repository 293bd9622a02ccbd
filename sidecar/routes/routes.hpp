// Maps a request and a snapshot to a reply, as a pure function.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "snapshot/snapshot.hpp"

namespace telltale {

/// A parsed request head; the views are valid during the call.
struct request {
  std::string_view method;  ///< as sent, upper case or not
  std::string_view target;  ///< in origin form: path and query
  std::string_view accept;
  std::string_view accept_encoding;
  std::string_view authorization;
  bool loopback = false;     ///< the client is on this machine or uses a Unix socket
  std::size_t listener = 0;  ///< the listener it arrived by, in listening order
};

/// A reply. Requests for the same representation of the same snapshot share `body`.
struct reply {
  int status = 500;
  std::string_view content_type;
  std::string_view content_encoding;        ///< empty or "gzip"
  std::string_view allow;                   ///< for 405 and OPTIONS
  std::string_view challenge;               ///< WWW-Authenticate, for 401
  std::string_view path_label;              ///< the canonical path for metrics: "/ready", "other"
  std::shared_ptr<const std::string> body;  ///< null with 204, which has none
};

/// Returns the current snapshot; called at most once per reply.
using snapshot_source = std::function<snapshot_ptr()>;

class body_cache;
class metrics_cache;
enum class endpoint : std::uint8_t;
struct found_path;
struct parsed_target;

class router {
 public:
  struct options {
    telltale::details details = details::full;  ///< for clients that are neither local nor authorised
    std::string token;                          ///< empty: no token is accepted
    bool ready_without_checks = false;
    metrics_access metrics = metrics_access::open;
    std::vector<std::vector<served>> listeners;  ///< what each serves; a listener without an entry serves everything
  };
  using counters_source = std::function<program_counters()>;

  router(options, counters_source);
  ~router();
  router(const router&) = delete;
  router& operator=(const router&) = delete;

  /// Applies to the next request. The caller must take a new snapshot then, because bodies are cached per snapshot.
  void change(options next);
  /// Invalidates cached metrics, because counters changed in a way that the next scrape must show.
  void invalidate_metrics();

  /// Never blocks and never throws. Errors (400, 404, 405, 408, 413, 431) have a body that says what to do.
  reply answer(const request&, const snapshot_source&);
  /// Returns the reply to an invalid request: status and one sentence.
  static reply refusal(int status, std::string_view sentence);

 private:
  reply answer_endpoint(endpoint, const found_path&, const parsed_target&, const request&, const snapshot_source&);

  options options_;
  counters_source counters_;
  std::unique_ptr<body_cache> cache_;
  std::unique_ptr<metrics_cache> metrics_;
};

}  // namespace telltale
