// Reads the first certificate of a PEM file.
#include "tls/served_file.hpp"

#include "net/tls_pem.hpp"
#include "net/tls_pem_file.hpp"

namespace telltale {

served_file::served_file(tls_check_options options) : path_(options.file ? std::move(options.file->text) : "") {}

outcome served_file::probe(probe_context&) {
  const net::pem_file file(path_);
  if (auto failed = file.failure(); failed.verdict != verdict::pass)
    return outcome::fail(failed.reason, std::move(failed.sentence));
  const auto found = net::certificates_in(file.text());
  if (found.fault) return outcome::fail(found.fault.reason, path_ + ": " + found.fault.words);
  return outcome::pass(net::identity_of(*found.all[0]));
}

}  // namespace telltale
