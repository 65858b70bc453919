#include "platform/net/test_identity.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <utility>

namespace rondo::net {
namespace {
constexpr long kDay = 24L * 60 * 60;

template <auto release>
struct Release {
    template <class T>
    void operator()(T* what) const {
        release(what);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Release<&EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Release<&X509_free>>;
using Memory = std::unique_ptr<BIO, Release<&BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Release<&X509_EXTENSION_free>>;

std::unexpected<Error> failed(const char* what) { return fail(Code::internal, std::string{"OpenSSL made no "} + what); }

bool extend(X509& certificate, int nid, const char* value) {
    X509V3_CTX context{};
    X509V3_set_ctx(&context, &certificate, &certificate, nullptr, nullptr, 0);
    const Extension extension{X509V3_EXT_conf_nid(nullptr, &context, nid, value)};
    return extension && X509_add_ext(&certificate, extension.get(), -1) == 1;
}

Certificate sign(EVP_PKEY& key, TestIdentity::Validity validity) {
    Certificate made{X509_new()};
    if (!made) return nullptr;
    const bool expired = validity == TestIdentity::Validity::expired;
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), expired ? 2 : 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), expired ? -30 * kDay : -kDay);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), expired ? -kDay : 365 * kDay);
    X509_set_pubkey(made.get(), &key);
    X509_NAME* name = X509_get_subject_name(made.get());
    const auto* common = reinterpret_cast<const unsigned char*>("localhost");
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common, -1, -1, 0);
    X509_set_issuer_name(made.get(), name);
    const bool extended = extend(*made, NID_basic_constraints, "critical,CA:TRUE") &&
                          extend(*made, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1");
    if (!extended || X509_sign(made.get(), &key, EVP_sha256()) == 0) return nullptr;
    return made;
}
}  // namespace

Result<TestIdentity> TestIdentity::make(Validity validity) {
    const Key key{EVP_EC_gen("P-256")};
    if (!key) return failed("key");
    const Certificate certificate = sign(*key, validity);
    if (!certificate) return failed("certificate");
    const std::shared_ptr<SSL_CTX> context{SSL_CTX_new(TLS_server_method()), Release<&SSL_CTX_free>{}};
    if (!context || SSL_CTX_use_certificate(context.get(), certificate.get()) != 1 ||
        SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) {
        return failed("TLS context");
    }
    const Memory memory{BIO_new(BIO_s_mem())};
    if (!memory || PEM_write_bio_X509(memory.get(), certificate.get()) != 1) return failed("PEM text");
    char* text = nullptr;
    const long bytes = BIO_get_mem_data(memory.get(), &text);
    return TestIdentity{context, std::string(text, static_cast<std::size_t>(bytes))};
}
}  // namespace rondo::net
