// The one unit that compiles Asio itself (BOOST_ASIO_SEPARATE_COMPILATION). Asio needs OpenSSL only for its ssl parts.
#include <boost/asio/impl/src.hpp>
