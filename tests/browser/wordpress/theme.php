<!doctype html>
<html <?php language_attributes(); ?>>
<head><meta charset="utf-8"><title>A clinic</title><?php wp_head(); ?></head>
<body><main><?php while (have_posts()) { the_post(); the_title('<h1>', '</h1>'); the_content(); } ?></main><?php wp_footer(); ?></body>
</html>
