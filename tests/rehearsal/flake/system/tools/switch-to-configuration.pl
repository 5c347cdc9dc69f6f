# Behaves as NixOS's program of this name: same actions, output and exit codes, on real units.
# Written after nixos/modules/system/activation and switch-to-configuration-ng in nixpkgs.
use strict;
use warnings;
use Fcntl qw(:flock);
use Plan qw(plan_units requested shown);
use System qw(systemctl active_units journal list_of remember forget has_failed);

my ($action) = @ARGV;
my ($out, $toplevel) = @ENV{qw(OUT TOPLEVEL)};
$| = 1;

unless (@ARGV == 1 and $action =~ /^(check|switch|boot|test|dry-activate)$/) {
    print STDERR <<"END";
Usage: switch-to-configuration [check|switch|boot|test|dry-activate]
check:        run pre-switch checks and exit
switch:       make the configuration the boot default and activate now
boot:         make the configuration the boot default
test:         activate the configuration, but don't make it the boot default
dry-activate: show what would be done if this configuration were activated
END
    exit 1;
}
fail("switch-to-configuration must be run as the root user", 1) if $> != 0;
fail("This is not a NixOS installation!", 1) unless -f '/etc/NIXOS';
$ENV{NIXOS_ACTION} = $action;
my $dry = $action eq 'dry-activate';

# 11 is EAGAIN: somebody else is switching. The lock is also taken to look only.
mkdir '/run/nixos', 0755;
open my $lock, '>>', '/run/nixos/switch-to-configuration.lock' or fail("Could not open lock", $! + 0);
flock $lock, LOCK_EX | LOCK_NB or fail("Could not acquire lock", 11);

if (($ENV{NIXOS_NO_CHECK} // '') ne '1') {
    system("$out/check-switch-inhibitors", $toplevel, $action) == 0 or fail("Pre-switch checks failed", 1);
}
exit 0 if $action eq 'check';

if ($action =~ /^(switch|boot)$/) {
    system($ENV{INSTALL_BOOTLOADER}, $toplevel) == 0 or fail("Failed to install bootloader", 1);
}
system("$toplevel/sw/bin/sync", '-f', '/nix/store') unless ($ENV{NIXOS_NO_SYNC} // '') eq '1';
exit 0 if $action eq 'boot';

if (list_of('/run/current-system/init-interface-version') ne list_of("$toplevel/init-interface-version")) {
    print STDERR "Warning: the new NixOS configuration has an ‘init’ that is\n"
        . "incompatible with the current configuration.  The new configuration\n"
        . "won't take effect until you reboot the system.\n";
    exit 100;
}
$SIG{PIPE} = 'IGNORE';
$SIG{HUP} = 'IGNORE';

# Lists that an interrupted switch left behind are carried out by the next one.
my %plan;
for my $list (qw(start restart reload)) {
    $plan{$list} = { map { $_ => 1 } list_of("/run/nixos/$list-list") };
}
my %before = active_units();
plan_units(\%plan, \%before, $toplevel);
my $restart_systemd = readlink('/run/current-system/systemd') ne readlink("$toplevel/systemd");

sub say_units {
    my ($text, $list) = @_;
    my $names = shown(\%plan, $list);
    print STDERR "$text: $names\n" if $names ne '';
}

if ($dry) {
    say_units('would stop the following units', 'stop');
    say_units('would NOT stop the following changed units', 'skip');
    print STDERR "would activate the configuration...\n";
    system("$out/dry-activate", $out);
    requested(\%plan, \%before, $toplevel, forget('dry-activation-restart-list'), forget('dry-activation-reload-list'));
    print STDERR "would restart systemd\n" if $restart_systemd;
    say_units('would reload the following units', 'reload');
    say_units('would restart the following units', 'restart');
    say_units('would start the following units', 'start');
    exit 0;
}

journal("switching to system configuration $toplevel");
remember(\%plan);
my $status = 0;

say_units('stopping the following units', 'stop');
systemctl('stop', $plan{stop});
say_units('NOT restarting the following changed units', 'skip');

print STDERR "activating the configuration...\n";
if (system("$out/activate", $out) != 0) {
    print STDERR "Failed to run activate script\n";
    $status = 2;
}
requested(\%plan, \%before, $toplevel, forget('activation-restart-list'), forget('activation-reload-list'));
remember(\%plan);

if ($restart_systemd) {
    print STDERR "restarting systemd...\n";
    systemctl('daemon-reexec') or $status = 2;
}
systemctl('reset-failed');
systemctl('daemon-reload') or $status = 3;

print STDERR "restarting sysinit-reactivation.target\n";
systemctl('restart', { 'sysinit-reactivation.target' => 1 }) or $status = 4;

# What was stopped together with something else cannot be reloaded: it is started.
my %now = active_units();
for my $unit (keys %{ $plan{reload} }) {
    next if ($now{$unit} // [''])->[0] =~ /^(active|activating)$/;
    delete $plan{reload}{$unit};
    $plan{start}{$unit} = 1;
}
for my $step (['reload', 'reloading'], ['restart', 'restarting'], ['start', 'starting']) {
    my ($verb, $doing) = @$step;
    say_units("$doing the following units", $verb);
    systemctl($verb, $plan{$verb}) or $status = 4;
    forget("$verb-list");
}

# A moment for what fails right after its start to have failed.
select undef, undef, undef, 0.25;
my %after = active_units();
my @failed = sort { lc $a cmp lc $b } grep { has_failed($_, $after{$_}) } keys %after;
my %is_failed = map { $_ => 1 } @failed;
my @new = sort { lc $a cmp lc $b } grep { !$before{$_} && !$is_failed{$_} && !/\.scope$/ } keys %after;
print STDERR "the following new units were started: ", join(', ', @new), "\n" if @new;
if (@failed) {
    print STDERR "warning: the following units failed: ", join(', ', @failed), "\n";
    system("$ENV{SYSTEMD}/bin/systemctl", 'status', '--no-pager', '--full', @failed);
    $status = 4;
}
journal($status == 0
    ? "finished switching to system configuration $toplevel"
    : "switching to system configuration $toplevel failed (status $status)");
exit $status;

sub fail { my ($message, $code) = @_; print STDERR "$message\n"; exit $code }
