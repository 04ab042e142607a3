<?php
// Installs WordPress as its own pages would, and prints a password for each writer: {"admin": "...", "author": "..."}.
define('WP_INSTALLING', true);
$_SERVER['HTTP_HOST'] = $argv[1];
require __DIR__ . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('A clinic', 'admin', 'admin@clinic.example', true, '', wp_generate_password());
switch_theme('plain');
wp_insert_user(['user_login' => 'author', 'user_email' => 'author@clinic.example', 'user_pass' => wp_generate_password(), 'role' => 'author']);
$passwords = [];
foreach (['admin', 'author'] as $name) {
    $id = get_user_by('login', $name)->ID;
    $passwords[$name] = WP_Application_Passwords::create_new_application_password($id, ['name' => 'test'])[0];
}
echo "\n" . json_encode($passwords);
