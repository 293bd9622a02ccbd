// Certificates in files: an authority, an unrelated one, and a self-signed server.
#pragma once

#include <openssl/pem.h>

#include <memory>
#include <string>

#include "fakes/certificates.hpp"
#include "fakes/temp_folder.hpp"

namespace telltale::fakes {

/// A folder with "ca.pem", "stranger.pem" and "alone.pem".
class authority_folder {
 public:
  authority_folder() {
    write_pem(file("ca"), ca);
    write_pem(file("stranger"), stranger);
    write_pem(file("alone"), alone);
  }
  std::string file(const std::string& name) const { return folder_ / (name + ".pem"); }
  /// Files of an identity, for cert_file and key_file.
  std::string certificate(const std::string& name, const identity& of) const {
    write_pem(file(name), of);
    return file(name);
  }
  std::string key(const std::string& name, const identity& of, const EVP_CIPHER* cipher = nullptr) const {
    const auto path = file(name + "-key");
    std::unique_ptr<BIO, releaser<&::BIO_free_all>> out(::BIO_new_file(path.c_str(), "w"));
    std::string password = "secret";
    ::PEM_write_bio_PrivateKey(out.get(), of.key.get(), cipher, reinterpret_cast<unsigned char*>(password.data()),
                               cipher ? static_cast<int>(password.size()) : 0, nullptr, nullptr);
    return path;
  }

  const identity ca = make_identity({"Test CA", "", -3600, 90 * 86400, true});
  const identity stranger = make_identity({"Other CA", "", -3600, 86400, true});
  const identity alone = make_identity({});

 private:
  temp_folder folder_;
};

}  // namespace telltale::fakes
