#!/usr/bin/perl
# Serves the load average in Prometheus's format on this machine's own address.
use strict;
use warnings;
use IO::Socket::INET;

$SIG{PIPE} = 'IGNORE';
open my $in, '<', '/etc/hostname' or die "node-exporter: /etc/hostname: $!\n";
chomp(my $host = <$in>);
my $server = IO::Socket::INET->new(LocalAddr => $host, LocalPort => $ARGV[0], Listen => 16, ReuseAddr => 1)
    or die "node-exporter: listen on $host:$ARGV[0]: $!\n";
print STDERR "node-exporter @version@ listens on $host:$ARGV[0]\n";
while (1) {
    my $client = $server->accept or next;
    open my $load, '<', '/proc/loadavg' or next;
    my ($one) = split ' ', <$load>;
    print $client "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nnode_load1 $one\n";
    close $client;
}
