use strict;
use warnings;
use Test::More tests => 4;
use lib 'lib';
use Roman;

is(Roman::roman(1), 'I', 'one');
is(Roman::roman(4), 'IV', 'a smaller one before a larger one');
is(Roman::roman(1990), 'MCMXC', 'a year');
is(Roman::roman(0), '', 'they had no zero');
