// Sends and receives messages over the stream of one run.
#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>

#include <telltale/finding.hpp>

#include "base/peer_text.hpp"
#include "net/explain.hpp"
#include "net/run.hpp"
#include "net/stream.hpp"
#include "postgres/message.hpp"

namespace telltale::postgres {

/// The arguments must outlive it.
class connection {
 public:
  connection(net::run& now, net::stream& line, const secret_list& secrets)
      : now_(now), line_(line), secrets_(secrets) {}

  /// A failure to send shows when nothing is received: what the server sent before it closed tells more.
  boost::asio::awaitable<void> send(std::string bytes);
  /// The next message of the session. Notices and parameters are skipped; an error of the server fails.
  boost::asio::awaitable<finding> receive(const net::phase_words&, message& into);

  net::run& now() { return now_; }
  /// Whether the server has sent anything in this run.
  bool answered() const { return answered_; }
  /// The SQLSTATE of the error with which `receive` failed, if it was one.
  const std::string& sqlstate() const { return sqlstate_; }
  /// Whether the server has sent nothing behind the last message.
  bool quiet() const { return reader_.unread().empty(); }

 private:
  finding explain_fault() const;
  finding explain_message(const message&);
  boost::asio::awaitable<finding> read_more(const net::phase_words&);

  net::run& now_;
  net::stream& line_;
  const secret_list& secrets_;
  message_reader reader_;
  bool answered_ = false;
  std::string sqlstate_;
};

}  // namespace telltale::postgres
