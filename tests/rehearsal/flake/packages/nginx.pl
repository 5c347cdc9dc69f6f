#!/usr/bin/perl
# A web server as small as a check needs: GET /healthz and everything else, on this machine's own address.
use strict;
use warnings;
use IO::Socket::INET;
use Socket qw(AF_UNIX SOCK_DGRAM pack_sockaddr_un);

my ($conf) = @ARGV;
my %setting;
sub load_conf {
    open my $in, '<', $conf or die "nginx: open \"$conf\": $!\n";
    %setting = map { /^(\w+)\s+(.*?);?$/ ? ($1 => $2) : () } <$in>;
}
load_conf();
$SIG{HUP} = \&load_conf;
$SIG{PIPE} = 'IGNORE';

open my $in, '<', '/etc/hostname' or die "nginx: /etc/hostname: $!\n";
chomp(my $host = <$in>);
my $server = IO::Socket::INET->new(
    LocalAddr => $host, LocalPort => $setting{listen}, Listen => 16, ReuseAddr => 1,
) or die "nginx: bind() to $host:$setting{listen} failed: $!\n";

if (my $path = $ENV{NOTIFY_SOCKET}) {
    socket my $notify, AF_UNIX, SOCK_DGRAM, 0;
    send $notify, "READY=1\nSTATUS=nginx @version@ serves port $setting{listen}", 0, pack_sockaddr_un($path);
}

while (1) {
    my $client = $server->accept or next;
    local $SIG{ALRM} = sub { close $client };
    alarm 2;
    my $request = <$client> // '';
    while (defined(my $line = <$client>)) { last if $line =~ /^\r?$/ }
    my $body = $request =~ m{^GET /healthz } ? "ok\n" : "$setting{greeting}\n";
    print $client "HTTP/1.1 200 OK\r\nServer: nginx/@version@\r\nContent-Type: text/plain\r\n"
        . "Content-Length: " . length($body) . "\r\nConnection: close\r\n\r\n$body";
    close $client;
    alarm 0;
}
