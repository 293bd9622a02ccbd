// A gRPC server that is not ours: Debian's python3-grpcio, as a child process.
#pragma once

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <openssl/pem.h>

#include "checks/grpc/peer.hpp"
#include "fakes/temp_folder.hpp"

namespace telltale::fakes {

/// Two servers: one with a health service, at a port, a port with TLS and a Unix socket, and one without. Debian does
/// not package the health service of Python, so its messages are declared here with the protobuf library.
inline constexpr const char* python_program = R"(
import sys, time
from concurrent import futures
import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
file = descriptor_pb2.FileDescriptorProto(name="health.proto", package="grpc.health.v1", syntax="proto3")
asked = file.message_type.add(name="HealthCheckRequest")
asked.field.add(name="service", number=1, type=9, label=1)
answered = file.message_type.add(name="HealthCheckResponse")
statuses = answered.enum_type.add(name="ServingStatus")
for number, name in enumerate(["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"]):
    statuses.value.add(name=name, number=number)
answered.field.add(name="status", number=1, type=14, label=1, type_name=".grpc.health.v1.HealthCheckResponse.ServingStatus")
pool = descriptor_pool.DescriptorPool()
pool.Add(file)
factory = message_factory.MessageFactory(pool)
Request, Response = (factory.GetPrototype(pool.FindMessageTypeByName("grpc.health.v1.HealthCheck" + name))
                     for name in ("Request", "Response"))
known = {"": 1, "app.V1": 1, "x" * 1000: 1, "down.V1": 2, "new.V1": 0}
errors = {"auth": grpc.StatusCode.UNAUTHENTICATED, "denied": grpc.StatusCode.PERMISSION_DENIED,
          "busy": grpc.StatusCode.RESOURCE_EXHAUSTED}
def check(request, context):
    metadata = dict(context.invocation_metadata())
    if request.service == "token" and metadata.get("authorization") != "Bearer good":
        context.abort(grpc.StatusCode.UNAUTHENTICATED, "no: " + metadata.get("authorization", "nothing") + " \u00e4%\n")
    if request.service == "token":
        return Response(status=1)
    if request.service == "time":
        left = context.time_remaining()
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "in time" if 0 < left <= 10 else "left: %s" % left)
    if request.service == "agent":
        context.abort(grpc.StatusCode.ABORTED, metadata["user-agent"])
    if request.service == "raises":
        raise RuntimeError("broken")
    if request.service == "slow":
        time.sleep(2)
    if request.service in errors:
        context.abort(errors[request.service], "as asked")
    if request.service not in known:
        context.abort(grpc.StatusCode.NOT_FOUND, "unknown service")
    return Response(status=known[request.service])
def server(*handlers, **options):
    out = grpc.server(futures.ThreadPoolExecutor(max_workers=4), handlers=handlers, **options)
    return out
health = grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": grpc.unary_unary_rpc_method_handler(
    check, Request.FromString, Response.SerializeToString)})
folder = sys.argv[1]
read = lambda name: open(folder + "/" + name, "rb").read()
with_health, without = server(health, compression=grpc.Compression.Gzip), server()
ports = [with_health.add_insecure_port("127.0.0.1:0"),
         with_health.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(read("key.pem"), read("cert.pem"))])),
         without.add_insecure_port("127.0.0.1:0")]
with_health.add_insecure_port("unix:" + folder + "/app.sock")
with_health.start(), without.start()
print(*ports, flush=True)
sys.stdin.read()
)";

/// The servers as a child process, which ends with the object and with the test.
class python_server {
 public:
  static bool available() { return std::system("/usr/bin/python3 -c 'import grpc, google.protobuf' 2>/dev/null") == 0; }

  python_server() : identity_(make_identity({})) {
    write_pem(file("cert.pem"), identity_);
    std::unique_ptr<BIO, releaser<&::BIO_free_all>> key(::BIO_new_file(file("key.pem").c_str(), "w"));
    REQUIRE(::PEM_write_bio_PrivateKey(key.get(), identity_.key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
    key.reset();
    int in[2], out[2];
    REQUIRE(::pipe2(in, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(in[0], 0);
      ::dup2(out[1], 1);
      ::setenv("GRPC_VERBOSITY", "NONE", 1);
      ::execl("/usr/bin/python3", "python3", "-c", python_program, folder_.path().c_str(), nullptr);
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    input_ = in[1];
    auto* lines = ::fdopen(out[0], "r");
    REQUIRE(std::fscanf(lines, "%d %d %d", &plain, &tls, &without_health) == 3);
    std::fclose(lines);
  }
  ~python_server() {
    ::close(input_);
    ::kill(pid_, SIGKILL);  // grpcio would wait for its threads
    ::waitpid(pid_, nullptr, 0);
  }
  python_server(const python_server&) = delete;
  python_server& operator=(const python_server&) = delete;

  std::string file(const std::string& name) const { return folder_ / name; }

  int plain = 0;
  int tls = 0;
  int without_health = 0;

 private:
  temp_folder folder_;
  identity identity_;
  pid_t pid_ = 0;
  int input_ = -1;
};

inline bool absent() {
  const bool missing = !python_server::available();
  if (missing) MESSAGE("skipped: /usr/bin/python3 has no modules grpc and google.protobuf (Debian: python3-grpcio)");
  return missing;
}

}  // namespace telltale::fakes
