// The one unit that compiles Beast itself (BOOST_BEAST_SEPARATE_COMPILATION); only its HTTP grammar is used.
#include <boost/beast/src.hpp>
