#include "test_certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <functional>

namespace rondo::net {
namespace {
void must(bool done) {
    if (!done) std::abort();  // the test cannot say anything without its certificates
}

std::string pem(const std::function<int(BIO*)>& write) {
    BIO* const bio = BIO_new(BIO_s_mem());
    must(write(bio) == 1);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio, &text);
    std::string out(text, static_cast<std::size_t>(size));
    BIO_free(bio);
    return out;
}
std::string pem(X509* certificate) {
    return pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}

/// Names count, which differ; the issuer's name is always the authority's.
X509* make(EVP_PKEY* key, const char* common_name, const char* last_day) {
    static long serial = 0;
    X509* const certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    must(ASN1_TIME_set_string(X509_getm_notBefore(certificate), "20000101000000Z") == 1);
    must(ASN1_TIME_set_string(X509_getm_notAfter(certificate), last_day) == 1);
    must(X509_set_pubkey(certificate, key) == 1);
    const auto name = [](X509_NAME* to, const char* text) {
        X509_NAME_add_entry_by_txt(to, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(text), -1, -1, 0);
    };
    name(X509_get_subject_name(certificate), common_name);
    X509_NAME* const issuer = X509_NAME_new();
    name(issuer, "rondo test authority");
    X509_set_issuer_name(certificate, issuer);
    X509_NAME_free(issuer);
    return certificate;
}
void extend(X509* certificate, int what, const char* value) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, what, value);
    must(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}
}  // namespace

TestAuthority::TestAuthority() : key_{EVP_EC_gen("P-256")}, certificate_{make(key_, "rondo test authority", "20990101000000Z")} {
    extend(certificate_, NID_basic_constraints, "critical,CA:TRUE");
    extend(certificate_, NID_key_usage, "critical,keyCertSign");
    must(X509_sign(certificate_, key_, EVP_sha256()) > 0);
}
TestAuthority::~TestAuthority() {
    X509_free(certificate_);
    EVP_PKEY_free(key_);
}

Identity TestAuthority::issue(const std::vector<std::string>& names, const char* last_day) const {
    EVP_PKEY* const key = EVP_EC_gen("P-256");
    X509* const certificate = make(key, "a server", last_day);
    std::string all;
    for (const auto& name : names) all += (all.empty() ? "" : ",") + name;
    extend(certificate, NID_subject_alt_name, all.c_str());
    must(X509_sign(certificate, key_, EVP_sha256()) > 0);
    Identity identity{pem(certificate),
                      pem([&](BIO* bio) { return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); })};
    X509_free(certificate);
    EVP_PKEY_free(key);
    return identity;
}
std::string TestAuthority::certificate() const { return pem(certificate_); }
}  // namespace rondo::net
