// A scripted server whose connection begins in clear text: it says its lines, each after what it waits for.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ssl/context.hpp>

#include "fakes/network_peer.hpp"

namespace telltale::fakes {

/// Says `says` once it has received exactly `hears`, which may be empty.
struct dialogue_step {
  std::string hears;
  std::string says;
};
using dialogue = std::vector<dialogue_step>;

/// Holds the dialogue; returns whether the client said its part.
asio::awaitable<bool> hold_dialogue(tcp::socket&, dialogue steps);

/// The dialogue, and then silence, or the end of the connection when the client says something else.
script says_in_clear_text(dialogue steps, bool hang_up = false);

/// The dialogue, and then TLS, over which it says `inside`.
script says_inside_tls(dialogue steps, std::string inside, std::shared_ptr<asio::ssl::context>);

dialogue smtp_dialogue();
dialogue imap_dialogue();
dialogue postgres_dialogue();

}  // namespace telltale::fakes
