// Judges the dates of every certificate, the key, the host names and the chain, with one function for each.
#include "certificate/judge.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "net/tls_chain.hpp"
#include "net/tls_pem.hpp"

namespace telltale::certificate {
namespace {

using net::certificate_ptr;
using std::chrono::sys_seconds;

/// A certificate and its name in sentences.
struct dated {
  std::string who;
  net::validity dates;
};

class judgement {
 public:
  judgement(const certificate_options& options, sys_seconds now) : options_(options), now_(now) {}

  outcome judge(const texts& all) {
    auto own = net::certificates_in(all.path);
    if (own.fault) return refused(own.fault, options_.path);
    found_.measure("certificates", static_cast<double>(own.all.size()));
    collect_dates(own.all);
    if (all.key) judge_key(*all.key, own.all);
    judge_hosts(*own.all[0]);
    if (all.ca_file) judge_chain(*all.ca_file, own.all);
    const auto until = judge_dates();
    return std::move(found_).result(fmt::format("{}: valid until {}", options_.path.text, net::date(until)));
  }

 private:
  outcome refused(net::pem_fault& fault, const file_path& file) {
    found_.fail(fault.reason, fmt::format("{}: {}", file.text, fault.words));
    return std::move(found_).result("");
  }

  void fail(reason why, const std::string& sentence) { found_.fail(why, options_.path.text + ": " + sentence); }

  void collect_dates(const std::vector<certificate_ptr>& all) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      auto who = all.size() == 1
                     ? std::string("the certificate")
                     : fmt::format("certificate {} of {} ('{}')", i + 1, all.size(), net::subject_of(*all[i]));
      add_dates(std::move(who), *all[i]);
    }
  }

  void add_dates(std::string who, const x509_st& certificate) {
    if (const auto dates = net::validity_of(certificate)) dates_.push_back({std::move(who), *dates});
    else fail(reason::corrupt, who + " has malformed dates");
  }

  void judge_key(std::string_view text, const std::vector<certificate_ptr>& all) {
    const auto& file = options_.key->text;
    const auto key = net::key_in(text);
    if (key.fault) return found_.fail(key.fault.reason, fmt::format("{}: {}", file, key.fault.words));
    const auto fits = [&](const certificate_ptr& each) { return net::belong_together(*each, *key.key); };
    const auto at = std::ranges::find_if(all, fits) - all.begin();
    if (at == 0) return;
    if (static_cast<std::size_t>(at) == all.size())
      return fail(reason::mismatch, fmt::format("the key {} does not belong to the certificate", file));
    fail(reason::mismatch, fmt::format("the key {} belongs to certificate {}, which must be the first", file, at + 1));
  }

  void judge_hosts(x509_st& certificate) {
    for (const auto& host : options_.host)
      if (!net::is_for(certificate, host))
        fail(reason::tls, fmt::format("the certificate is not for {}: it is for {}", host, net::names_of(certificate)));
  }

  void judge_chain(std::string_view text, const std::vector<certificate_ptr>& all) {
    const auto trusted = net::certificates_in(text);
    const auto& file = options_.ca_file->text;
    if (trusted.fault) return found_.fail(trusted.fault.reason, fmt::format("{}: {}", file, trusted.fault.words));
    const auto chain = net::chain_of(all, trusted.all);
    if (!chain.problem.empty()) return fail(reason::tls, chain.problem);
    for (const auto* each : chain.certificates)
      if (std::ranges::find(all, each, &certificate_ptr::get) == all.end())
        add_dates(fmt::format("the certificate '{}' in {}", net::subject_of(*each), file), *each);
  }

  /// Returns when the first certificate expires. Of several with the same problem one is named.
  sys_seconds judge_dates() {
    if (dates_.empty()) return {};
    const auto& first = *std::ranges::min_element(dates_, {}, [](const dated& d) { return d.dates.until; });
    const auto& last = *std::ranges::max_element(dates_, {}, [](const dated& d) { return d.dates.from; });
    found_.measure("certificate_expiry_seconds", static_cast<double>((first.dates.until - now_).count()));
    auto problem = net::judge_validity(first.who, first.dates, now_);
    if (problem.verdict == verdict::pass) problem = net::judge_validity(last.who, last.dates, now_);
    const bool limited = options_.expiry.warn || options_.expiry.fail;
    if (problem.verdict == verdict::pass)
      problem = net::judge_expiry(first.who, first.dates,
                                  limited ? options_.expiry : net::usual_expiry_limit(first.dates), now_);
    if (problem.verdict != verdict::pass)
      found_.add(problem.verdict, problem.reason, options_.path.text + ": " + problem.sentence);
    return first.dates.until;
  }

  const certificate_options& options_;
  sys_seconds now_;
  findings found_;
  std::vector<dated> dates_;
};

}  // namespace

outcome judge(const texts& all, const certificate_options& options, sys_seconds now) {
  return judgement(options, now).judge(all);
}

}  // namespace telltale::certificate
