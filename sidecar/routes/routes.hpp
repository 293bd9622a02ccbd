// What each path answers: a pure function from a request and a current picture to a reply.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "snapshot/snapshot.hpp"

namespace telltale {

/// A parsed request head; the views live as long as the call.
struct request {
  std::string_view method;  ///< as sent, upper case or not
  std::string_view target;  ///< origin form: path and query
  std::string_view accept;
  std::string_view accept_encoding;
  std::string_view authorization;
  bool loopback = false;     ///< the peer is this machine (or a Unix socket)
  std::size_t listener = 0;  ///< where it came in, in the order of listening
};

/// What to send. `body` is shared with every other request that asks for the same bytes of the same picture.
struct reply {
  int status = 500;
  std::string_view content_type;
  std::string_view content_encoding;        ///< empty or "gzip"
  std::string_view allow;                   ///< for 405 and OPTIONS
  std::string_view challenge;               ///< WWW-Authenticate, for 401
  std::string_view path_label;              ///< the canonical path for metrics: "/ready", "other"
  std::shared_ptr<const std::string> body;  ///< null with 204, which has none
};

/// The current picture of what an answer is about; called at most once for each answer.
using picture_source = std::function<snapshot_ptr(picture_subject)>;

class body_cache;
class metrics_cache;
enum class endpoint : std::uint8_t;
struct found_path;
struct parsed_target;

class router {
 public:
  struct options {
    telltale::details details = details::full;  ///< for clients that are neither loopback nor authorised
    std::string token;                          ///< empty: no token is accepted
    bool ready_without_checks = false;
    metrics_access metrics = metrics_access::open;
    std::vector<std::vector<served>> listeners;  ///< what each serves; one that is not named here serves everything
  };
  using counters_source = std::function<program_counters()>;

  router(options, counters_source);
  ~router();
  router(const router&) = delete;
  router& operator=(const router&) = delete;

  /// From the next request on. The caller's next picture must be a new one: bodies are kept per picture.
  void change(options next);
  /// The counters have just changed in a way that the next scrape must show.
  void forget_metrics();
  /// Lets go of kept bodies that nobody may have any more; returns whether others are left. With thousands of checks
  /// they take more room than everything else.
  bool tidy();

  /// Never blocks, never throws on any input. Errors (400, 404, 405, 413, 431, 408) have a body that says what to do.
  reply answer(const request&, const picture_source&);
  /// The reply to something that was not a request: status and one sentence.
  static reply refusal(int status, std::string_view sentence);

 private:
  reply answer_endpoint(endpoint, const found_path&, const parsed_target&, const request&, const picture_source&);

  options options_;
  counters_source counters_;
  std::unique_ptr<body_cache> cache_;
  std::unique_ptr<metrics_cache> metrics_;
};

}  // namespace telltale
